"""level: spec
mistake: sleeps-before-each-answer
Sleeps a minute before each answer, so that the client is ready.
"""

import datetime
import random
import socket
import time

KNOWN = "TIME, NAME, RAND, EXIT"


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if not part:
            break
        data += part
    return data


def answer_to(request):
    if request == "TIME":
        return str(datetime.datetime.now())
    if request == "NAME":
        return socket.gethostname()
    if request == "RAND":
        return str(random.randint(1, 10))
    return "I only know " + KNOWN


def send_answer(sock, text):
    body = text.encode("utf-8")
    sock.sendall(b"%04d" % len(body) + body)


def read_request(sock):
    data = recv_all(sock, 4)
    return data.decode("ascii", "backslashreplace") if len(data) == 4 else ""


def serve_requests(request, client_socket):
    with client_socket:
        try:
            while request not in ("", "EXIT"):
                time.sleep(60)
                send_answer(client_socket, answer_to(request))
                request = read_request(client_socket)
        except OSError:
            pass
