import socket


def meet_the_server(ip, port):
    """Call the server, do the handshake, and print the greeting."""
    with socket.create_connection((ip, port)) as client_socket:
        greeting = client_socket.recv(48)
        print(greeting)
        client_socket.sendall(b"Hi")
