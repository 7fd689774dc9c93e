"""An outcome: a named result that people give to calls and meetings."""
