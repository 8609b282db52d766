"""Which exemplar to use for each patch of a portrait, and the seams between them."""
