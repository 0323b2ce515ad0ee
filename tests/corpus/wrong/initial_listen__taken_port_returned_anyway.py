"""level: shock
mistake: taken-port-returned-anyway
Ignores the error and returns a socket that is not bound.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        print("something went wrong")
    return server_socket
