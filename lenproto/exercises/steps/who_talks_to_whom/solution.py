def who_talks_to_whom(sock):
    """Return two addresses: of this end of the connection, and of the other end."""
    return sock.getsockname(), sock.getpeername()
