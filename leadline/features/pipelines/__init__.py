"""A pipeline: the ordered stages that leads, or opportunities, move through."""
