"""An opportunity: a possible deal with a lead (Tether: application), in its own pipeline."""
