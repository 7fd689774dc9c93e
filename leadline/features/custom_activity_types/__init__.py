"""A custom activity type: a kind of activity of the organization's own, with its own fields."""
