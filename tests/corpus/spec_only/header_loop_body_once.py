"""Fails at shock: send_requests (one recv for the body), check_client (one recv for the request); the others are careful."""

import os
import random
import socket
from datetime import datetime


def read_n(sock, n):
    out = b""
    while len(out) < n:
        p = sock.recv(n - len(out))
        if not p:
            return b""
        out += p
    return out


def initial_contact(ip, port):
    s = socket.socket()
    try:
        s.connect((ip, port))
        s.sendall(b"Hi")
        hello = read_n(s, 48).decode("ascii", "replace")
        if not hello:
            raise OSError("no hello")
    except Exception as e:
        print("no contact", e)
        s.close()
        return False, "", None
    print(hello)
    return True, hello, s


def send_requests(answer, client_socket):
    while answer:
        request = input("> ")[:4]
        if not request.isascii():
            continue
        try:
            client_socket.sendall(request.upper().ljust(4).encode())
            header = read_n(client_socket, 4)
            if not header.isdigit():
                break
            answer = client_socket.recv(int(header)).decode("utf-8", "replace")
        except OSError:
            break
        print(answer)
    client_socket.close()


def initial_listen(ip, port):
    s = socket.socket()
    if os.name == "posix":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind((ip, port))
        s.listen()
    except OSError:
        s.close()
        raise
    return s


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    try:
        if read_n(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(b"Ask for TIME, NAME, RAND, EXIT.".ljust(48))
        return client_socket, client_socket.recv(4).decode("ascii", "replace")
    except OSError:
        return client_socket, ""


def serve_requests(request, client_socket):
    try:
        while request and request != "EXIT":
            if request == "TIME":
                answer = datetime.now().strftime("%d/%m/%Y %H:%M")
            elif request == "NAME":
                answer = socket.gethostname()
            elif request == "RAND":
                answer = str(random.randint(1, 10))
            else:
                answer = "one of TIME, NAME, RAND, EXIT"
            answer = answer.encode()
            client_socket.sendall(str(len(answer)).zfill(4).encode() + answer)
            request = read_n(client_socket, 4).decode("ascii", "replace")
    except OSError:
        pass
    client_socket.close()
