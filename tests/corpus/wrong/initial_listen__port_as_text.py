"""level: spec
mistake: port-as-text
Makes a text of the port, and bind takes only numbers.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, str(port)))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
