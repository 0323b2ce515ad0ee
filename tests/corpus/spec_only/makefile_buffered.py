"""Fails at shock: check_client (its buffered makefile reads ahead, and takes the next request away with it); the others are careful."""

import contextlib
import random
import socket
import time


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        with sock.makefile("rb") as f:
            greeting = f.read(48).decode("ascii", "replace")
        if len(greeting) < 48:
            raise OSError("closed too early")
    except (OSError, ValueError, OverflowError) as e:
        print("problem:", e)
        sock.close()
        return False, "", None
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    with client_socket, contextlib.suppress(OSError), client_socket.makefile("rb") as f:
        while answer:
            request = input(": ")[:4]
            if not request.isascii():
                print("ASCII!")
                continue
            client_socket.sendall(request.upper().ljust(4).encode())
            header = f.read(4)
            if len(header) < 4 or not header.isdigit():
                break
            body = f.read(int(header))
            if len(body) < int(header):
                break
            print(body.decode("utf-8", "replace"))


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    try:
        with client_socket.makefile("rb") as f:
            if f.read(2) != b"Hi":
                return client_socket, ""
            client_socket.sendall(b"Hi! TIME/NAME/RAND/EXIT".ljust(48))
            request = f.read(4)
    except OSError:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace") if len(request) == 4 else ""


def serve_requests(request, client_socket):
    with client_socket, contextlib.suppress(OSError), client_socket.makefile("rb") as f:
        while request and request != "EXIT":
            if request == "TIME":
                answer = time.ctime()
            elif request == "NAME":
                answer = "file server"
            elif request == "RAND":
                answer = str(random.randint(1, 10))
            else:
                answer = "TIME, NAME, RAND, EXIT"
            client_socket.sendall(f"{len(answer):04}{answer}".encode())
            data = f.read(4)
            request = data.decode("ascii", "replace") if len(data) == 4 else ""
