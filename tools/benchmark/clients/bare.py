"""The load where there is no C compiler: python bare.py PORT REQUESTS prints the seconds they took."""

import socket
import sys
import time

port, requests = int(sys.argv[1]), int(sys.argv[2])


def ask(client_socket, times):
    """Ask for the name that often; expect each answer whole, in one piece."""
    for _ in range(times):
        client_socket.sendall(b"NAME")
        answer = client_socket.recv(64)
        if answer != b"0006server":
            sys.exit(f"a wrong answer: {answer!r}")


with socket.create_connection(("127.0.0.1", port)) as client_socket:
    client_socket.sendall(b"Hi")
    client_socket.recv(48)
    ask(client_socket, requests // 10)  # to warm up: not timed
    started = time.perf_counter()
    ask(client_socket, requests)
    print(time.perf_counter() - started)
    client_socket.sendall(b"EXIT")
    if client_socket.recv(1):
        sys.exit("an answer to EXIT")
