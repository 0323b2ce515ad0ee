from lenproto.wire import recv_exactly

GREETING = b"Hello! You can ask for: TIME, NAME, RAND or EXIT"  # 48 bytes


def check_client(server_socket):
    """Accept a client, shake hands, greet it. Return its socket and its first request; "" if none came."""
    client_socket, address = server_socket.accept()
    client_socket.settimeout(300)  # seconds: a silent client may not keep the others waiting
    try:
        if recv_exactly(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(GREETING)
        request = recv_exactly(client_socket, 4)
    except OSError:  # it reset the connection, or fell silent
        return client_socket, ""
    if len(request) < 4:  # it left
        return client_socket, ""
    return client_socket, request.decode("ascii", "backslashreplace")
