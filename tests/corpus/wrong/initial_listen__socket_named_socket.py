"""level: spec
mistake: socket-named-socket
A variable of the name of the module.
"""

import socket

socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

def initial_listen(ip, port):
    socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    socket.bind((ip, port))
    socket.listen(1)
    return socket
