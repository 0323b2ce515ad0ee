"""The server as the course text has it, to the letter: one recv where the text says recv, one send where it says send.

It works whenever the other side is quick and polite. It stands here so that lessons can show what
happens where it is not; lenproto.server is the same protocol with care.
"""

import socket

from lenproto.answers import ANSWERS, EXIT, answer_to
from lenproto.wire import DEFAULT_IP, DEFAULT_PORT, frame, greeting


def initial_listen(ip, port):
    """Return a server socket that listens. Raises OSError. Who calls closes it."""
    server_socket = socket.socket()
    server_socket.bind((ip, port))
    server_socket.listen()
    return server_socket


def check_client(server_socket, *, answers=ANSWERS):
    """Wait for a client, shake hands, greet, and return (client_socket, first request). Raises OSError."""
    client_socket, address = server_socket.accept()
    client_socket.recv(2)
    client_socket.send(greeting(answers))
    request = client_socket.recv(4).decode()
    return client_socket, request


def serve_requests(request, client_socket, *, answers=ANSWERS):
    """Answer this request and all that follow, until EXIT; close the client's socket. Raises OSError."""
    while True:
        if request == EXIT:
            break
        client_socket.send(frame(answer_to(request, answers)))
        request = client_socket.recv(4).decode()
    client_socket.close()


def main(ip=DEFAULT_IP, port=DEFAULT_PORT, *, answers=ANSWERS):
    """Run the server until it is taken down, or until a client shocks it."""
    server_socket = initial_listen(ip, port)
    while True:
        client_socket, request = check_client(server_socket, answers=answers)
        serve_requests(request, client_socket, answers=answers)
