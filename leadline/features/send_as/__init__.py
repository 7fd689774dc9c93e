"""Send as: one member lets another write in their name."""
