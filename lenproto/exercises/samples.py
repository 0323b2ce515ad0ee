"""Five functions with a mistake each: by them lessons 7 and 8 show how a verdict is read."""

import socket

from lenproto.wire import recv_exactly


def swallowing_listen(ip, port):
    try:
        server_socket = socket.create_server((ip, port))
    except OSError:
        return None
    return server_socket


def greedy_check_client(server_socket):
    client_socket, address = server_socket.accept()
    client_socket.recv(1024)
    client_socket.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    return client_socket, client_socket.recv(4).decode()


def serve_with_a_newline(request, client_socket):
    while request != "EXIT":
        client_socket.sendall(b"0004lena\n")
        request = recv_exactly(client_socket, 4).decode()
    client_socket.close()


def hopeful_contact(ip, port):
    try:
        client_socket = socket.create_connection((ip, port))
        client_socket.sendall(b"Hi")
        greeting = client_socket.recv(48).decode()
    except OSError:
        return False
    print(greeting)
    return True, greeting, client_socket


def trusting_requests(answer, client_socket):
    while answer:
        request = input("Request: ")[:4].upper().ljust(4)
        client_socket.sendall(request.encode())
        header = client_socket.recv(4)
        if header == b"":
            break
        answer = client_socket.recv(int(header)).decode()
        print(answer)
    client_socket.close()
