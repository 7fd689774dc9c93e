"""A session: what a login opens and refresh tokens carry on."""
