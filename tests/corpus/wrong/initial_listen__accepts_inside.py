"""level: spec
mistake: accepts-inside
Waits for a client inside; that is check_client's work.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
        client_socket, address = server_socket.accept()
    except OSError:
        server_socket.close()
        raise
    return server_socket
