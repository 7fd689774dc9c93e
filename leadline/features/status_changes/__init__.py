"""A status change: the entry on a lead that says how it, or an opportunity, changed its status."""
