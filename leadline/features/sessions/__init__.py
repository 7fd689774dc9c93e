"""A session: what a login opens and refresh tokens carry on. Failed logins are counted here too."""
