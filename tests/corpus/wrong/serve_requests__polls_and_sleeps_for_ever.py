"""level: shock
mistake: polls-and-sleeps-for-ever
Asks, sleeps and asks again, as long as nobody says anything.
"""

import datetime
import random
import socket
import time


def recv_all(sock, n):
    data = b""
    sock.setblocking(False)
    while len(data) < n:
        try:
            part = sock.recv(n - len(data))
        except BlockingIOError:
            time.sleep(0.1)
            continue
        if part == b"":
            break
        data = data + part
    sock.setblocking(True)
    return data


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
