"""The two addresses of a connection."""
