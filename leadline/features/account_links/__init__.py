"""A one-time link by which a person chooses a password: an invitation, or a forgotten password."""
