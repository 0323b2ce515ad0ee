"""level: spec
mistake: sends-to-a-log
Sends a note to a log server, over UDP, for each request.
"""

import datetime
import random
import socket


LOG = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


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
            answer = str(datetime.datetime.now())
        elif request == "NAME":
            answer = socket.gethostname()
        elif request == "RAND":
            answer = str(random.randint(1, 10))
        else:
            answer = "I do not know this request. I know TIME, NAME, RAND, EXIT"
        LOG.sendto(request.encode("ascii", "replace"), ("127.0.0.1", 5514))
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
