"""level: spec
mistake: second-connection
Connects a socket of its own to a server that it knows by heart.
"""

import socket


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if part == b"":
            break
        data = data + part
    return data


def send_requests(answer, client_socket):
    my_socket = socket.socket()
    my_socket.connect(("127.0.0.1", 18820))
    try:
        while answer:
            request = input("What do you want? ")[:4]
            if not request.isascii():
                print("English letters only")
                continue
            client_socket.sendall(request.upper().ljust(4).encode())
            header = recv_all(client_socket, 4)
            if header == b"":
                break
            if len(header) < 4 or not header.isdigit():
                print("The server sent a wrong length:", header)
                break
            length = int(header)
            body = recv_all(client_socket, length)
            if len(body) < length:
                print("The server left in the middle of an answer")
                break
            print(body.decode("utf-8", "replace"))
    except OSError as problem:
        print("The conversation broke off:", problem)
    client_socket.close()
