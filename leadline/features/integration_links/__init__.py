"""An integration link: a web address with placeholders, shown filled in on each object."""
