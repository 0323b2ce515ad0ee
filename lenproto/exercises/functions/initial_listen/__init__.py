"""The server's first part: a socket that listens."""
