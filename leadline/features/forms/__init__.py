"""A form: what anybody on the web can fill in."""
