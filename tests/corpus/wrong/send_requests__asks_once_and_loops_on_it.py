"""level: spec
mistake: asks-once-and-loops-on-it
The prompt stands before the loop, so the same request is sent again and again.
"""

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
        request = input("Your request: ")[:4]
        while answer:
            if not request.isascii():
                print("English letters, please")
                break
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
