"""level: spec
mistake: does-not-listen
Binds and forgets to listen; clients are refused.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
    except OSError:
        server_socket.close()
        raise
    return server_socket
