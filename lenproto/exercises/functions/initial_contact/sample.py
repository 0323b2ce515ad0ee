import socket


def hopeful_contact(ip, port):
    try:
        client_socket = socket.create_connection((ip, port))
        client_socket.sendall(b"Hi")
        greeting = client_socket.recv(48).decode()
    except OSError:
        return False
    print(greeting)
    return True, greeting, client_socket
