"""A role of an organization's own: a name for a set of permissions."""
