"""level: spec
mistake: fixed-ip
Binds to 127.0.0.1 whatever address it is given.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind(("127.0.0.1", port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
