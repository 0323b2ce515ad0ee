"""level: spec
mistake: port-zero-is-8820
Takes port 0 for no port, and binds 8820.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port or 8820))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
