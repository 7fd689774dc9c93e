"""Read-only questions over many nouns."""
