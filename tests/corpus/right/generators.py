"""A generator yields the fields as they come."""

import itertools
import random
import socket
from datetime import datetime


def fields(sock, sizes):
    """Yield one field for each size, and stop early where the stream ends."""
    for size in sizes:
        field = b""
        while len(field) < size:
            piece = sock.recv(size - len(field))
            if not piece:
                return
            field += piece
        yield field


def answers(sock):
    """Yield the bodies, one by one; ask before each."""
    while True:
        word = ""
        for word in iter(lambda: input("request> ")[:4], None):
            if word.isascii():
                break
            print("letters A to Z, please")
        sock.sendall(word.upper().ljust(4).encode())
        for header in fields(sock, [4]):
            break
        else:
            return
        if not header.isdigit():
            print("that is no length:", header)
            return
        for body in fields(sock, [int(header)]):
            yield body
            break
        else:
            print("cut off")
            return


def initial_contact(ip, port):
    sock = None
    try:
        sock = socket.create_connection((ip, port))
        sock.sendall(b"Hi")
        (greeting,) = fields(sock, [48])  # ValueError if there is none
        greeting = greeting.decode("ascii")
    except (OSError, ValueError, OverflowError) as error:
        print(f"no contact with {ip} {port}: {error}")
        if sock:
            sock.close()
        return False, "", None
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    with client_socket:
        if answer:
            try:
                for body in answers(client_socket):
                    print(body.decode(errors="replace"))
            except OSError as error:
                print("the end:", error)


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    request = ""
    try:
        for hi in fields(client_socket, [2]):
            if hi == b"Hi":
                client_socket.sendall("TIME NAME RAND EXIT".center(48).encode())
                request = next(fields(client_socket, [4]), b"").decode("ascii", "replace")
    except OSError:
        pass
    return client_socket, request


def serve_requests(request, client_socket):
    def reply(request):
        if request == "TIME":
            return f"{datetime.now():%d/%m/%y %H:%M:%S}"
        if request == "NAME":
            return socket.gethostname()
        if request == "RAND":
            return str(random.randint(1, 10))
        return "known requests: TIME NAME RAND EXIT"

    with client_socket:
        if not request:
            return
        try:
            requests = fields(client_socket, itertools.repeat(4))
            for request in itertools.chain([request], (r.decode("latin-1") for r in requests)):
                if request == "EXIT":
                    break
                body = reply(request).encode()
                client_socket.sendall(str(len(body)).zfill(4).encode())
                client_socket.sendall(body)
        except OSError:
            pass
