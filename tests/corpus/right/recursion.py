"""Recursion instead of loops where it is natural; the header by %04d."""

import os
import random
import socket
import time


def recv_exactly(sock, n):
    if n == 0:
        return b""
    data = sock.recv(n)
    if not data:
        raise EOFError("end of stream")
    return data + recv_exactly(sock, n - len(data))


def ask():
    text = input("Request: ")[:4]
    return text.upper().ljust(4) if text.isascii() else ask()


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        greeting = recv_exactly(sock, 48).decode("ascii", "replace")
        print(greeting)
        return True, greeting, sock
    except (OSError, EOFError, ValueError, OverflowError) as e:
        sock.close()
        print("no contact,", e)
        return False, "", None


def send_requests(answer, client_socket):
    if not answer:
        client_socket.close()
        return
    try:
        client_socket.sendall(ask().encode())
        header = recv_exactly(client_socket, 4)
        if not header.isdigit():
            raise ValueError(f"{header} is not a length")
        body = recv_exactly(client_socket, int(header))
    except (OSError, EOFError, ValueError) as e:
        print("finished:", e)
        client_socket.close()
        return
    print(body.decode("utf-8", "replace"))
    send_requests(header, client_socket)


def initial_listen(ip, port):
    sock = socket.socket()
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen()
        return sock
    except BaseException:
        sock.close()
        raise


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    try:
        if recv_exactly(client_socket, 2) != b"Hi":
            raise EOFError
        client_socket.sendall(b"Good day! I answer TIME, NAME, RAND, EXIT       ")
        request = recv_exactly(client_socket, 4).decode("ascii", "replace")
    except (OSError, EOFError):
        client_socket.close()  # nothing more to say to this one
        request = ""
    return client_socket, request


def serve_requests(request, client_socket):
    while request not in ("EXIT", ""):
        if request == "TIME":
            answer = time.strftime("%d-%b-%Y %H:%M:%S")
        elif request == "NAME":
            answer = "recursive"
        elif request == "RAND":
            answer = str(int(random.random() * 10) + 1)
        else:
            answer = "You can ask for TIME, NAME, RAND or EXIT"
        answer = answer.encode()
        try:
            client_socket.sendall(("%04d" % len(answer)).encode() + answer)
            request = recv_exactly(client_socket, 4).decode("ascii", "replace")
        except (OSError, EOFError):
            request = ""
    client_socket.close()
