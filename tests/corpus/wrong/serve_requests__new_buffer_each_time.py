"""level: shock
mistake: new-buffer-each-time
Makes a new buffered reader for each request, and what it read ahead is lost.
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
    with sock.makefile("rb") as f:
        request = f.read(4)
    if len(request) < 4:
        return ""
    return request.decode("ascii", "backslashreplace")


def serve_requests(request, client_socket):
    try:
        while request:
            if request == "EXIT":
                break
            if request in ANSWERS:
                send_answer(client_socket, ANSWERS[request]())
            else:
                send_answer(client_socket, "unknown request, known: TIME NAME RAND EXIT")
            request = read_request(client_socket)
    except OSError:
        pass
    finally:
        client_socket.close()
