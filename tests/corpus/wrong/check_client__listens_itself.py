"""level: spec
mistake: listens-itself
Makes a server socket of its own, at a port that it knows by heart.
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
    try:
        mine = socket.create_server(("127.0.0.1", 18822))
        mine.close()
    except OSError:
        print("somebody is there already")
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
