"""unsafe: syntax-error
functions: none can be read
A bracket is missing in line 9.
"""

import socket

def initial_listen(ip, port):
    server_socket = socket.socket(
    server_socket.bind((ip, port)
    server_socket.listen()
    return server_socket
