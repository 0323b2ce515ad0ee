"""level: shock
mistake: handshake-recv-1024
recv(1024) for the handshake swallows the request that came with it.
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
        hi = client_socket.recv(1024)
        if not hi.startswith(b"Hi"):
            return client_socket, ""
        client_socket.sendall(GREETING.encode())
        request = recv_all(client_socket, 4)
    except OSError:
        return client_socket, ""
    if len(request) < 4:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")
