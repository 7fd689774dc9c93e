"""A user: a person with an e-mail address and a password. A membership puts one in a tenant."""
