"""A custom field: a field of the organization's own on leads, contacts or opportunities."""
