"""A prompt ("process"): the instruction that drives the AI, with every text it ever had."""
