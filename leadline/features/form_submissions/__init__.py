"""A form submission: what somebody wrote into a form, on the lead that it is about."""
