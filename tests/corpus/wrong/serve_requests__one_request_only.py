"""level: spec
mistake: one-request-only
Answers one request and returns; the others are never read.
"""

import random
import socket
from datetime import datetime


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if not part:
            break
        data += part
    return data


def serve_requests(request, client_socket):
    try:
        while True:
            if request == "EXIT" or request == "":
                break
            if request == "TIME":
                answer = str(datetime.now())
            elif request == "NAME":
                answer = socket.gethostname()
            elif request == "RAND":
                answer = str(random.randint(1, 10))
            else:
                answer = "I only know TIME, NAME, RAND, EXIT"
            body = answer.encode()
            header = str(len(body)).zfill(4).encode()
            client_socket.sendall(header + body)
            break
    except OSError:
        print("the client is gone")
    client_socket.close()
