"""unsafe: sys-exit
functions: initial_listen
sys.exit(0) in the middle of the function.
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
        raise
    print('listening')
    sys.exit(0)
