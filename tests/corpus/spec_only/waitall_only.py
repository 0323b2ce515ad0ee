"""Fails at shock: initial_contact, send_requests, check_client, serve_requests (trusts MSG_WAITALL: what it gives at the end of the stream is taken as whole)."""

import random
import socket
import time

W = socket.MSG_WAITALL


def initial_contact(ip, port):
    try:
        s = socket.create_connection((ip, port))
        s.sendall(b"Hi")
        greeting = s.recv(48, W).decode()
        print(greeting)
        return True, greeting, s
    except OSError as e:
        print(e)
        return False, "", None


def send_requests(answer, client_socket):
    while answer:
        client_socket.sendall(input("> ").ljust(4)[:4].upper().encode())
        header = client_socket.recv(4, W)
        if not header:
            break
        answer = client_socket.recv(int(header), W).decode()
        print(answer)
    client_socket.close()


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    client_socket.recv(2, W)
    client_socket.sendall("{:48}".format("I know TIME, NAME, RAND, EXIT").encode())
    return client_socket, client_socket.recv(4, W).decode()


def serve_requests(request, client_socket):
    while request != "EXIT":
        if request == "TIME":
            answer = time.strftime("%c")
        elif request == "NAME":
            answer = socket.gethostname()
        elif request == "RAND":
            answer = str(random.randrange(10) + 1)
        else:
            answer = "unknown, try TIME NAME RAND EXIT"
        client_socket.sendall("{:04}{}".format(len(answer), answer).encode())
        request = client_socket.recv(4, W).decode()
    client_socket.close()
