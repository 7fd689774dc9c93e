"""Failed logins, and how long whoever guesses has to wait before the next try."""
