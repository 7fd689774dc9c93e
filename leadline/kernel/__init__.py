"""The pure part: ids, clock, errors, rights, scope and declarations. No I/O happens here."""
