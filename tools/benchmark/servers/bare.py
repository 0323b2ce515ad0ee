"""A bare recv/sendall loop: the least Python that answers. It trusts each recv to bring a whole request.

With the argument "limit" it has lenproto's time limit. Prints its port, serves one client, ends.
"""

import socket
import sys

from shared import ANSWERS, CLIENT_TIMEOUT_S, EXIT, GREETING

with socket.create_server(("127.0.0.1", 0)) as server_socket:
    print(server_socket.getsockname()[1], flush=True)
    client_socket, address = server_socket.accept()
    with client_socket:
        if "limit" in sys.argv:
            client_socket.settimeout(CLIENT_TIMEOUT_S)
        client_socket.recv(2)
        client_socket.sendall(GREETING)
        while True:
            request = client_socket.recv(4).decode("ascii")
            if request in ("", EXIT):
                break
            body = ANSWERS[request]().encode("utf-8")
            client_socket.sendall(b"%04d" % len(body) + body)
