"""unsafe: hangs-at-exit
functions: initial_listen
Right, but what it registers with atexit never ends.
"""

import atexit
import time
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


@atexit.register
def goodbye():
    while True:
        time.sleep(1)
