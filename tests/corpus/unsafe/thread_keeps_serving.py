"""unsafe: thread-keeps-serving
functions: check_client
Hands the client to a thread that reads from the same socket beside its caller.
"""

import socket
import threading


def serve(client_socket):
    while True:
        request = client_socket.recv(4)
        client_socket.sendall(b"0002ok")


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    client_socket.recv(2)
    client_socket.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    threading.Thread(target=serve, args=(client_socket,)).start()
    return client_socket, "TIME"
