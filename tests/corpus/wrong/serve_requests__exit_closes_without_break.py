"""level: spec
mistake: exit-closes-without-break
Closes the socket at EXIT, but stays in the loop and reads from it.
"""

import random
import socket
import time


def get(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            return ""
        data += more
    return data.decode("latin-1")


def serve_requests(request, client_socket):
    while True:
        if request == "EXIT":
            client_socket.close()
        else:
            if request == "TIME":
                answer = time.ctime()
            elif request == "NAME":
                answer = socket.gethostname()
            elif request == "RAND":
                answer = str(random.randint(1, 10))
            else:
                answer = "TIME, NAME, RAND, EXIT"
            client_socket.sendall((str(len(answer)).zfill(4) + answer).encode())
        request = get(client_socket, 4)
        if request == "":
            client_socket.close()
            break
