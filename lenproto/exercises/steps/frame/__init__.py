"""A body with its length before it."""
