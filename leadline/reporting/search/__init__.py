"""Searching leads, contacts, opportunities and tasks by what they are and what hangs on them."""
