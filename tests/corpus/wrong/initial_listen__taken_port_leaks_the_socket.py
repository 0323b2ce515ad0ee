"""level: shock
mistake: taken-port-leaks-the-socket
Lets the error through and leaves its socket open.
"""

import socket

all_sockets = []


def initial_listen(ip, port):
    server_socket = socket.socket()
    all_sockets.append(server_socket)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((ip, port))
    server_socket.listen()
    return server_socket
