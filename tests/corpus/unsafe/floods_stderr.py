"""unsafe: floods-stderr
functions: send_requests
Complains on standard error for ever.
"""

import sys
import socket


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if not part:
            break
        data += part
    return data


def send_requests(answer, client_socket):
    try:
        while answer:
            while "EXIT" in answer:
                print("no such request" * 100, file=sys.stderr)
            request = input("Your request: ")[:4]
            if not request.isascii():
                print("English letters, please")
                continue
            client_socket.sendall(request.upper().ljust(4).encode())
            header = recv_all(client_socket, 4)
            if len(header) < 4 or not header.isdigit():
                break
            length = int(header)
            body = recv_all(client_socket, length)
            if len(body) < length:
                break
            print(body.decode("utf-8", "replace"))
    except OSError as problem:
        print("lost the server:", problem)
    client_socket.close()
