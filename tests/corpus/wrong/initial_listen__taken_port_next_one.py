"""level: shock
mistake: taken-port-next-one
Takes the next port where the given one is taken, and nobody learns which.
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
        return initial_listen(ip, port + 1)
    return server_socket
