"""An OAuth app: a program of somebody else that people may let act for them."""
