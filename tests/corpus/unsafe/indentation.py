"""unsafe: indentation
functions: none can be read
Tabs and spaces are mixed in line 10.
"""

import socket

def initial_listen(ip, port):
    server_socket = socket.socket()
	server_socket.bind((ip, port))
    return server_socket
