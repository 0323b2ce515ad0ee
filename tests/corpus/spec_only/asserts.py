"""Fails at shock: initial_contact, send_requests, check_client, serve_requests (asserts where it should return: a shock ends the program)."""

import random
import socket
from datetime import datetime


def get(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        assert part, "the other side closed"
        data += part
    return data


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.connect((ip, port))
    except OSError:
        print("cannot connect")
        sock.close()
        return False
    sock.sendall(b"Hi")
    greeting = get(sock, 48).decode("ascii")
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    while answer:
        request = input("Request? ").upper()[:4]
        assert request.isascii()
        client_socket.sendall(request.ljust(4).encode())
        first = client_socket.recv(1)
        if not first:
            break
        header = first + get(client_socket, 3)
        assert header.isdigit()
        answer = get(client_socket, int(header)).decode("utf-8")
        print(answer)
    client_socket.close()


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    assert get(client_socket, 2) == b"Hi"
    client_socket.sendall(b"Here you get TIME, NAME, RAND, EXIT.".ljust(48))
    return client_socket, get(client_socket, 4).decode("ascii")


def serve_requests(request, client_socket):
    while request != "EXIT":
        if request == "TIME":
            answer = str(datetime.now())
        elif request == "NAME":
            answer = "assert"
        else:
            assert request == "RAND"
            answer = str(random.randint(1, 10))
        client_socket.sendall(b"%04d%s" % (len(answer), answer.encode()))
        request = get(client_socket, 4).decode("ascii")
    client_socket.close()
