"""level: shock
mistake: binary-request-counted-wrongly
Repeats the request in its answer and counts characters: bytes above 127 become two.
"""

import random
import time


def recv_n(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            return b""
        data += piece
    return data


def build_answer(request):
    # התשובה לפי סוג הבקשה
    if request == "TIME":
        return time.strftime("%d/%m/%Y %H:%M:%S")
    if request == "NAME":
        return "Noa"
    if request == "RAND":
        return str(random.randint(1, 10))
    return request + "? TIME, NAME, RAND, EXIT!"


def serve_requests(request, client_socket):
    with client_socket:
        while request != "" and request != "EXIT":
            answer = build_answer(request)
            data = answer.encode("utf-8")
            length = "%04d" % len(answer)
            try:
                client_socket.sendall(length.encode() + data)
                request = recv_n(client_socket, 4).decode("latin-1")
            except OSError:
                break
