"""level: spec
mistake: no-header
Reads on without a header, as if the answer had none.
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
        while answer:
            request = input("Your request: ")[:4]
            if not request.isascii():
                print("English letters, please")
                continue
            client_socket.sendall(request.upper().ljust(4).encode())
            body = client_socket.recv(1024)
            if not body:
                break
            print(body.decode("utf-8", "replace"))
    except OSError as problem:
        print("lost the server:", problem)
    client_socket.close()
