"""unsafe: input-at-import
functions: initial_listen
Asks for the address when it is loaded.
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


my_ip = input("ip: ")
my_port = int(input("port: "))
my_socket = initial_listen(my_ip, my_port)
