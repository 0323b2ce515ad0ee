"""level: shock
mistake: one-recv-for-the-request
One recv(4) for the request; half of it is returned.
"""

import socket

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
        hi = recv_all(client_socket, 2)
        if hi != b"Hi":
            return client_socket, ""
        client_socket.sendall(GREETING.encode())
        request = client_socket.recv(4)
    except OSError:
        return client_socket, ""
    if not request:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")
