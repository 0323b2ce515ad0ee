"""A whole handshake, its lines to be put in order."""
