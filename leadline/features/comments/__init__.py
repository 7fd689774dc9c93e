"""Comments: what members write to each other about an activity or an opportunity."""
