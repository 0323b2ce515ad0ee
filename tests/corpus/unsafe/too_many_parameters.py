"""unsafe: too-many-parameters
functions: initial_listen
Takes three arguments, not two.
"""

import socket


def initial_listen(ip, port, clients):
    server_socket = socket.create_server((ip, port))
    server_socket.listen(clients)
    return server_socket
