"""level: shock
mistake: taken-port-retries
Tries a taken port again and again, for ever.
"""

import socket
import time


def initial_listen(ip, port):
    while True:
        server_socket = socket.socket()
        try:
            server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server_socket.bind((ip, port))
            server_socket.listen()
            return server_socket
        except OSError:
            server_socket.close()
            time.sleep(0.2)
