"""A custom activity: something of one of the organization's own kinds that was done on a lead."""
