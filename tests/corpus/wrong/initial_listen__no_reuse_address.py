"""level: shock
mistake: no-reuse-address
Cannot be started again at once: the port is still waiting after the last conversation.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
