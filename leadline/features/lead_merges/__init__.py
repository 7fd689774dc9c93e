"""A lead merge: the note on a lead that another one became part of it."""
