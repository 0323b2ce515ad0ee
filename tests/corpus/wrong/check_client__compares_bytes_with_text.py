"""level: spec
mistake: compares-bytes-with-text
Compares the received bytes with a str, and they are never equal.
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
        if hi != "Hi":
            return client_socket, ""
        client_socket.sendall(GREETING.encode())
        request = recv_all(client_socket, 4)
    except OSError:
        return client_socket, ""
    if len(request) < 4:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")
