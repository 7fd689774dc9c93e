"""A task: something a person has to do on a lead, and the note of its completion."""
