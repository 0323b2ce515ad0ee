"""unsafe: module-raises
functions: initial_listen
An error at module level, below a right function.
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
        raise
    return server_socket


print(initial_listen["127.0.0.1"])
