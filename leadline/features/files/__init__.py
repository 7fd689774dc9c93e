"""A file: what somebody has uploaded, to be attached to something."""
