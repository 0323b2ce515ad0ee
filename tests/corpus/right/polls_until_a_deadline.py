"""Sockets that do not block, short sleeps, and a deadline of five minutes by the clock."""

import datetime
import os
import random
import socket
import time

HELLO = "Hello! You can ask for: TIME, NAME, RAND or EXIT"


PATIENCE = 300


def recv_all(sock, n):
    data = b""
    deadline = time.monotonic() + PATIENCE
    sock.setblocking(False)
    try:
        while len(data) < n:
            try:
                part = sock.recv(n - len(data))
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError("nobody said anything for five minutes")
                time.sleep(0.01)
                continue
            if part == b"":
                break
            data = data + part
    finally:
        sock.settimeout(PATIENCE)
    return data


def initial_contact(ip, port):
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        client_socket.connect((ip, port))
        client_socket.sendall(b"Hi")
        message = recv_all(client_socket, 48)
        if len(message) < 48:
            print("The server closed before the whole greeting came")
            client_socket.close()
            return False, "", None
        message = message.decode("ascii")
    except (OSError, ValueError, OverflowError) as problem:
        print("No contact:", problem)
        client_socket.close()
        return False, "", None
    print(message)
    return True, message, client_socket


def send_requests(answer, client_socket):
    try:
        while answer:
            request = input("What do you want? ")[:4]
            if not request.isascii():
                print("English letters only")
                continue
            client_socket.sendall(request.upper().ljust(4).encode())
            header = recv_all(client_socket, 4)
            if header == b"":
                break
            if len(header) < 4 or not header.isdigit():
                print("The server sent a wrong length:", header)
                break
            length = int(header)
            body = recv_all(client_socket, length)
            if len(body) < length:
                print("The server left in the middle of an answer")
                break
            print(body.decode("utf-8", "replace"))
    except OSError as problem:
        print("The conversation broke off:", problem)
    client_socket.close()


def initial_listen(ip, port):
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except BaseException:
        server_socket.close()
        raise
    return server_socket


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    print("client from", address)
    try:
        if recv_all(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(HELLO.encode())
        request = recv_all(client_socket, 4)
    except OSError:
        return client_socket, ""
    if len(request) < 4:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")


def serve_requests(request, client_socket):
    while True:
        if request == "EXIT" or request == "":
            break
        if request == "TIME":
            answer = str(datetime.datetime.now())
        elif request == "NAME":
            answer = socket.gethostname()
        elif request == "RAND":
            answer = str(random.randint(1, 10))
        else:
            answer = "I do not know this request. I know TIME, NAME, RAND, EXIT"
        body = answer.encode("utf-8")
        try:
            client_socket.sendall(str(len(body)).zfill(4).encode() + body)
            data = recv_all(client_socket, 4)
        except OSError:
            break
        if len(data) < 4:
            break
        request = data.decode("ascii", "replace")
    client_socket.close()


def main():
    server_socket = initial_listen("127.0.0.1", 8820)
    while True:
        client_socket, request = check_client(server_socket)
        serve_requests(request, client_socket)


if __name__ == "__main__":
    main()
