"""level: spec
mistake: ignores-its-answer
Begins to ask, whatever the server has answered before.
"""


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if not part:
            break
        data += part
    return data


def send_requests(answer, client_socket):
    with client_socket:
        while True:
            request = input("Request: ")[:4]
            if not request.isascii():
                print("English letters, please")
                continue
            try:
                client_socket.sendall(request.upper().ljust(4).encode())
                header = recv_all(client_socket, 4)
                if len(header) < 4 or not header.isdigit():
                    break
                body = recv_all(client_socket, int(header))
            except OSError as problem:
                print("lost the server:", problem)
                break
            if len(body) < int(header):
                print("lost the server inside an answer")
                break
            print(body.decode("utf-8", "replace"))
