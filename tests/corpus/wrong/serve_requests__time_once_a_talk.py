"""level: spec
mistake: time-once-a-talk
Looks at the clock when the conversation begins, and tells that moment to the end.
"""

import datetime
import random
import socket


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if part == b"":
            break
        data = data + part
    return data


def serve_requests(request, client_socket):
    now = datetime.datetime.now().strftime("%H:%M")
    while True:
        if request == "EXIT" or request == "":
            break
        if request == "TIME":
            answer = now
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
