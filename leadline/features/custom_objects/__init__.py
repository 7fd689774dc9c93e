"""A custom object: a thing of one of the organization's own types, on a lead."""
