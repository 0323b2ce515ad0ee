"""level: spec
mistake: starts-a-thread-and-returns
Serves rightly, but in a thread, and returns before anything of it is done.
"""

import random
import socket
import threading
import time


def recv_exactly(sock, n):
    data = b""
    while len(data) < n and (piece := sock.recv(n - len(data))):
        data += piece
    return data


def talk(request, sock):
    sock.settimeout(300)
    with sock:
        try:
            while request not in ("", "EXIT"):
                if request == "TIME":
                    answer = time.strftime("%Y-%m-%d %H:%M:%S")
                elif request == "NAME":
                    answer = socket.gethostname()
                elif request == "RAND":
                    answer = str(random.randint(1, 10))
                else:
                    answer = "only TIME, NAME, RAND and EXIT"
                body = answer.encode()
                sock.sendall(b"%04d" % len(body) + body)
                data = recv_exactly(sock, 4)
                request = data.decode("ascii", "replace") if len(data) == 4 else ""
        except OSError as error:
            print("client lost:", error)


def serve_requests(request, client_socket):
    threading.Thread(target=talk, args=(request, client_socket)).start()
