"""level: shock
mistake: taken-port-none
Swallows the error of a taken port and returns None.
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
        print("the port is taken")
        return None
    return server_socket
