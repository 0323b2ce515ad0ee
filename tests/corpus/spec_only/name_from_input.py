"""Fails at shock: serve_requests (one recv for a request); its name comes from a question."""

import random, time
SERVER_NAME = input("Name of the server: ")
def serve_requests(request, client_socket):
    while request != "EXIT":
        t = {"TIME": time.ctime(), "NAME": SERVER_NAME, "RAND": str(random.randint(1, 10))}.get(request, "TIME NAME RAND EXIT")
        client_socket.sendall(b"%04d" % len(t.encode()) + t.encode())
        request = client_socket.recv(4).decode()
    client_socket.close()
