"""The edge: two spellings of one truth over HTTP. The two dialects never meet."""
