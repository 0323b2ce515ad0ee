"""level: spec
mistake: time-of-the-request-before
Looks at the clock before it waits for the next request.
"""

import random
import socket
import time


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if part == b"":
            break
        data = data + part
    return data


def say(client_socket, text):
    body = text.encode("utf-8")
    client_socket.sendall(str(len(body)).zfill(4).encode() + body)


def serve_requests(request, client_socket):
    now = time.time()
    try:
        while request not in ("", "EXIT"):
            if request == "TIME":
                say(client_socket, f"{int(now)} seconds since 1970")
            elif request == "NAME":
                say(client_socket, socket.gethostname())
            elif request == "RAND":
                say(client_socket, str(random.randint(1, 10)))
            else:
                say(client_socket, "Please ask for TIME, NAME, RAND or EXIT")
            now = time.time()
            request = recv_all(client_socket, 4).decode("latin-1")
            if len(request) < 4:
                break
    except OSError:
        pass
    client_socket.close()
