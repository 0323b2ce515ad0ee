"""level: shock
mistake: three-letters-are-enough
Takes three of four bytes for a request.
"""

GREETING = "Hello! You can ask for: TIME, NAME, RAND or EXIT"


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if not part:
            break
        data += part
    return data


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    print("client", address)
    try:
        if recv_all(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(GREETING.encode())
        request = recv_all(client_socket, 4)
    except OSError:
        return client_socket, ""
    if len(request) < 3:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")
