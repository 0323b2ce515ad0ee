"""level: shock
mistake: unknown-without-the-names
Says that it does not know the request, and not which it knows.
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
                answer = "unknown request"
            body = answer.encode()
            header = str(len(body)).zfill(4).encode()
            client_socket.sendall(header + body)
            data = recv_all(client_socket, 4)
            if len(data) < 4:
                break
            request = data.decode("ascii", "replace")
    except OSError:
        print("the client is gone")
    client_socket.close()
