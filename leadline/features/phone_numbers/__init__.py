"""A phone number of the organization's own: one person's, or a group's."""
