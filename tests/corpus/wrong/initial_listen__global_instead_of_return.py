"""level: spec
mistake: global-instead-of-return
Puts the socket into a global variable and returns nothing.
"""

import socket

server_socket = None


def initial_listen(ip, port):
    global server_socket
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
