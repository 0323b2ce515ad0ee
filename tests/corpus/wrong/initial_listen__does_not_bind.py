"""level: spec
mistake: does-not-bind
Listens without bind: the system chooses address and port.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
