"""level: spec
mistake: opens-to-all
Binds to the empty address: every computer in the network can connect.
"""

import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind(("", port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
