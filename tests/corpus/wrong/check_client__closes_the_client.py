"""level: spec
mistake: closes-the-client
The with block closes the client's socket before anybody can answer.
"""

GREETING = b"TIME, NAME, RAND and EXIT are what you can ask!!"


def recv_exactly(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            return b""
        data += piece
    return data


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    request = b""
    with client_socket:
        try:
            if recv_exactly(client_socket, 2) == b"Hi":
                client_socket.sendall(GREETING)
                request = recv_exactly(client_socket, 4)
        except OSError:
            pass
    return client_socket, request.decode("latin-1")
