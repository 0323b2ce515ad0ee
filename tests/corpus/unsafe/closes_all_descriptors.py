"""unsafe: closes-all-descriptors
functions: initial_listen
Closes every descriptor from 3 on, whosever it is, to be sure the port is free.
"""

import os
import socket


def initial_listen(ip, port):
    os.closerange(3, 1024)
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
