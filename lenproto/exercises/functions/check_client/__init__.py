"""The server's second part: accept a client, its handshake, the greeting, its first request."""
