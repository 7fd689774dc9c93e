"""A shared scheduling link: one name in templates that leads to a link of whoever sends them."""
