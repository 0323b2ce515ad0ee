"""One whole answer of a server."""
