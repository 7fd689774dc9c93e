"""A playbook: how a kind of conversation is held, and what is to be learnt from it."""
