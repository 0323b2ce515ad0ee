"""A good end, from the side of the client."""
