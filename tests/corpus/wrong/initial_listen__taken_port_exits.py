"""level: shock
mistake: taken-port-exits
Ends the program where the port is taken.
"""

import sys
import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        sys.exit("the port is taken")
    return server_socket
