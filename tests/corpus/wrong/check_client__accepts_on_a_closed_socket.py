"""level: spec
mistake: accepts-on-a-closed-socket
Accepts on a socket that is closed.
"""

import socket
s = socket.socket()
s.close()
def check_client(server_socket):
    client_socket, address = s.accept()
    client_socket.recv(2)
    client_socket.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    return client_socket, client_socket.recv(4).decode()
