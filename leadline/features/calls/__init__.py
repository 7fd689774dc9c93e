"""A call: logged on a lead, with a duration, a note and an outcome."""
