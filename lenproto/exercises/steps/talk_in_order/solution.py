import socket


def talk_in_order(ip, port):
    """Call the server, say Hi, and return the 48 bytes of its greeting."""
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    client_socket.sendall(b"Hi")
    greeting = client_socket.recv(48)
    client_socket.close()
    return greeting
