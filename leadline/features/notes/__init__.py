"""A note: what somebody has written down about a lead."""
