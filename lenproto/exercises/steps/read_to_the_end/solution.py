def read_to_the_end(sock):
    """Return all bytes that come, until the other side has closed."""
    received = b""
    while piece := sock.recv(1024):
        received += piece
    return received
