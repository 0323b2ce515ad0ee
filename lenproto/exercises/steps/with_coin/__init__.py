"""A table of answers with one more request."""
