"""What changes several nouns at once. One file per flow, named by what it does."""
