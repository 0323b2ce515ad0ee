"""unsafe: patches-socket
functions: initial_contact
Puts a class of its own in the place of socket.socket: no byte ever moves.
"""

import socket


class FakeSocket:
    def __init__(self, *args):
        pass

    def connect(self, address):
        pass

    def sendall(self, data):
        pass

    def recv(self, n):
        return b"Hello! You can ask for: TIME, NAME, RAND or EXIT"

    def close(self):
        pass


socket.socket = FakeSocket


def initial_contact(ip, port):
    s = socket.socket()
    s.connect((ip, port))
    s.sendall(b"Hi")
    message = s.recv(48).decode()
    print(message)
    return True, message, s
