def read_to_the_end(sock):
    """Return all bytes that come, until the other side has closed."""
    # TODO: receive and collect, until recv returns b""
