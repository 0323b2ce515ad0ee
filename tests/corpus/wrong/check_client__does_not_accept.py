"""level: spec
mistake: does-not-accept
Takes the server's socket for the client's, and returns without accept.
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
    return server_socket, "NAME"
    client_socket = server_socket
    try:
        if recv_all(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(GREETING.encode())
        request = recv_all(client_socket, 4)
    except OSError:
        return client_socket, ""
    if len(request) < 4:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")
