"""What both dialects share: operations, decoding, routing, serving and OpenAPI."""
