"""An e-mail template: subject and body with placeholders, one's own or shared."""
