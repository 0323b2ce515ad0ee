"""level: spec
mistake: closes-the-socket
The with block closes the socket before it is returned.
"""

import socket


def initial_listen(ip, port):
    with socket.create_server((ip, port)) as server_socket:
        print("listening")
        return server_socket
