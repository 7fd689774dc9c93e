"""A sign-in: one try to log in, or what became of its session. Kept for the audit trail."""
