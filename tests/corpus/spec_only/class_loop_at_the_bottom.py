"""Fails at shock: send_requests, check_client, serve_requests (whole fields are collected, but resets and silence are not caught)."""

from datetime import datetime
from random import randint
import socket


class Connection:
    def __init__(self, sock):
        self.sock = sock

    def read(self, n):
        data = b""
        while len(data) < n:
            piece = self.sock.recv(n - len(data))
            if not piece:
                return ""
            data += piece
        return data.decode("latin-1")

    def answer(self, text):
        self.sock.sendall(str(len(text)).zfill(4).encode() + text.encode("latin-1", "replace"))


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        greeting = Connection(sock).read(48)
    except OSError as e:
        print("problem:", e)
        sock.close()
        return False
    if not greeting:
        print("problem: the server hung up")
        sock.close()
        return False
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    connection = Connection(client_socket)
    while answer:
        request = input("Ask: ")[:4]
        if not request.isascii():
            print("English!")
            continue
        client_socket.sendall(request.upper().ljust(4).encode())
        length = connection.read(4)
        if not length.isdigit():
            break
        answer = connection.read(int(length)).encode("latin-1").decode("utf-8", "replace")
        print(answer)
    client_socket.close()


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    connection = Connection(client_socket)
    if connection.read(2) != "Hi":
        return client_socket, ""
    client_socket.sendall(b"Your wish? [TIME] [NAME] [RAND] [EXIT]          ")
    return client_socket, connection.read(4)


def serve_requests(request, client_socket):
    connection = Connection(client_socket)
    while request not in ("", "EXIT"):
        if request == "TIME":
            connection.answer(datetime.now().strftime("%d-%m-%Y %H:%M:%S"))
        elif request == "NAME":
            connection.answer("Object")
        elif request == "RAND":
            connection.answer(str(randint(1, 10)))
        else:
            connection.answer("Wish for TIME, NAME, RAND or EXIT")
        request = connection.read(4)
    client_socket.close()


s = initial_listen("127.0.0.1", 8820)
while True:
    c, r = check_client(s)
    serve_requests(r, c)
