"""level: spec
mistake: time-worked-out-at-load
TIME is worked out once, when the file is read.
"""

import datetime
import random
import socket


STARTED = f"{datetime.datetime.now():%d.%m.%Y, %H:%M}"


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if part == b"":
            break
        data = data + part
    return data


def serve_requests(request, client_socket):
    while True:
        if request == "EXIT" or request == "":
            break
        if request == "TIME":
            answer = STARTED
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
