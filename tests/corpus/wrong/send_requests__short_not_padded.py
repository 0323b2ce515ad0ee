"""level: shock
mistake: short-not-padded
Sends two letters where two were typed; the server waits for the other two for ever.
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
            client_socket.sendall(request.upper().encode())
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
