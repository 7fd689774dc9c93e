"""A custom object type: a kind of object of the organization's own, with its own fields."""
