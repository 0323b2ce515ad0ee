"""level: shock
mistake: newline-of-readline
Cuts four letters out of a line of sys.stdin, and the end of a short line is one of them.
"""

import sys

def send_requests(answer, client_socket):
    while answer:
        print("request: ", end="", flush=True)
        r = sys.stdin.readline()[:4].upper()
        client_socket.sendall(r.encode())
        head = client_socket.recv(4).decode()
        if not head:
            break
        answer = client_socket.recv(int(head)).decode()
        print(answer)
    client_socket.close()
