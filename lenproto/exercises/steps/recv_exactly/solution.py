def recv_exactly(sock, n):
    """Receive n bytes, in however many pieces they come, and return them; fewer only where the other side closes."""
    received = b""
    while len(received) < n:
        piece = sock.recv(n - len(received))
        if not piece:
            break
        received += piece
    return received
