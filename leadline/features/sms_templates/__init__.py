"""An SMS template: a text with placeholders, one's own or shared."""
