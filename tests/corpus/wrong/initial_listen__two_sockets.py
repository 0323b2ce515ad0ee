"""level: spec
mistake: two-sockets
Makes two listening sockets and returns one; the other stays open on a port of its own.
"""

import socket

spare = []


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    spare.append(socket.create_server((ip, 0)))
    return server_socket
