"""An activity: anything that was done on a lead, whatever its kind; each kind has its own table."""
