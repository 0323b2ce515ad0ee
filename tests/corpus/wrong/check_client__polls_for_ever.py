"""level: shock
mistake: polls-for-ever
Asks a socket that does not block again and again, for ever.
"""

import socket


def recv_all(sock, n):
    data = b""
    sock.setblocking(False)
    while len(data) < n:
        try:
            part = sock.recv(n - len(data))
        except BlockingIOError:
            continue
        if part == b"":
            break
        data = data + part
    return data


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    print("client from", address)
    try:
        if recv_all(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
        request = recv_all(client_socket, 4)
    except OSError:
        return client_socket, ""
    if len(request) < 4:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")
