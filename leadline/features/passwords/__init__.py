"""A password: what makes a good one, and everything that sets, changes or forgets it."""
