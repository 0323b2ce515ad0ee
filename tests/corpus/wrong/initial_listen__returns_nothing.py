"""level: spec
mistake: returns-nothing
Keeps the socket for itself: nothing comes back.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
