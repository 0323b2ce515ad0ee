"""Fails at shock: initial_contact, send_requests, check_client, serve_requests (neat code, but b"" and TimeoutError are not thought of)."""

import random
import socket
import time

ANSWERS = {
    "TIME": time.ctime,
    "NAME": socket.gethostname,
    "RAND": lambda: str(random.randint(1, 10)),
}
GREETING = "Welcome! " + " ".join([*ANSWERS, "EXIT"])


def recv_exactly(sock, n):
    """n bytes, in as many pieces as they come"""
    data = b""
    while len(data) < n:
        data += sock.recv(n - len(data))  # never looks whether anything came
    return data


def initial_contact(ip, port):
    try:
        client_socket = socket.create_connection((ip, port))
    except OSError as e:
        print(e)
        return False, "", None
    client_socket.sendall(b"Hi")
    greeting = recv_exactly(client_socket, 48).decode("ascii", "replace")
    print(greeting)
    return True, greeting, client_socket


def send_requests(answer, client_socket):
    while answer:
        client_socket.sendall(f"{input('? ')[:4].upper():4}".encode())
        header = client_socket.recv(4)
        if not header:
            break
        header += recv_exactly(client_socket, 4 - len(header))
        answer = recv_exactly(client_socket, int(header)).decode()
        print(answer)
    client_socket.close()


def initial_listen(ip, port):
    return socket.create_server((ip, port), backlog=5)


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    if recv_exactly(client_socket, 2) != b"Hi":
        return client_socket, ""
    client_socket.sendall(GREETING.ljust(48).encode())
    return client_socket, recv_exactly(client_socket, 4).decode("ascii", "replace")


def serve_requests(request, client_socket):
    with client_socket:
        while request != "EXIT":
            answer = ANSWERS.get(request, lambda: f"there is only {list(ANSWERS)}")().encode()
            client_socket.sendall(b"%04d" % len(answer) + answer)
            request = recv_exactly(client_socket, 4).decode("ascii", "replace")
