"""level: spec
mistake: next-port
Binds to the port after the one it is given.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port + 1))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
