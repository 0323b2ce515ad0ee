def recv_exactly(sock, n):
    """Receive n bytes, in however many pieces they come, and return them; fewer only where the other side closes."""
    received = b""
    # TODO: as long as some are missing, ask for the missing ones; b"" means that nothing more will come
    return received
