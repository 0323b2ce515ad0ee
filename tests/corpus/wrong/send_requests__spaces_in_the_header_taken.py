"""level: shock
mistake: spaces-in-the-header-taken
int() alone judges the header, and takes spaces and a minus sign for a number.
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
            header = recv_all(client_socket, 4)
            try:
                length = int(header)
            except ValueError:
                break
            body = recv_all(client_socket, length)
            if len(body) < length:
                break
            print(body.decode("utf-8", "replace"))
    except OSError as problem:
        print("lost the server:", problem)
    client_socket.close()
