from lenproto.wire import frame, recv_exactly


def serve_until_exit(client_socket):
    """Answer each request with lena, until the client says EXIT or leaves; then close."""
    with client_socket:
        request = recv_exactly(client_socket, 4)
        while request != b"EXIT" and request != b"":
            client_socket.sendall(frame("lena"))
            request = recv_exactly(client_socket, 4)
