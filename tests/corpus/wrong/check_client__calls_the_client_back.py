"""level: spec
mistake: calls-the-client-back
Takes the address that accept gives, and calls the client there.
"""

import socket


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if part == b"":
            break
        data = data + part
    return data


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    back = socket.socket()
    back.connect_ex((address[0], 8821))
    back.close()
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
