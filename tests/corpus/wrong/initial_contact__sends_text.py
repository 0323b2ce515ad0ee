"""level: spec
mistake: sends-text
Sends text where bytes are needed.
"""

import socket


def initial_contact(ip, port):
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    client_socket.sendall("Hi")
    greeting = client_socket.recv(48).decode()
    print(greeting)
    return True, greeting, client_socket
