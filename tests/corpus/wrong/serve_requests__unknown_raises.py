"""level: shock
mistake: unknown-raises
Looks the request up in a table, and an unknown one raises KeyError.
"""

import datetime
import random
import socket

ANSWERS = {
    "TIME": lambda: datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
    "NAME": lambda: "server of " + socket.gethostname(),
    "RAND": lambda: str(random.randint(1, 10)),
}


def send_answer(sock, text):
    body = text.encode("utf-8")
    sock.sendall(f"{len(body):04}".encode())
    sock.sendall(body)


def read_request(sock):
    request = b""
    while len(request) < 4:
        piece = sock.recv(4 - len(request))
        if not piece:
            return ""
        request += piece
    return request.decode("ascii", "backslashreplace")


def serve_requests(request, client_socket):
    try:
        while request:
            if request == "EXIT":
                break
            send_answer(client_socket, ANSWERS[request]())
            request = read_request(client_socket)
    except OSError:
        pass
    finally:
        client_socket.close()
