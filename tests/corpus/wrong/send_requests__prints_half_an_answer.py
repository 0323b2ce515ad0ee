"""level: shock
mistake: prints-half-an-answer
Prints what has come, also where the header has announced more.
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
        while answer:
            request = input("Request: ")[:4]
            if not request.isascii():
                print("English letters, please")
                continue
            try:
                client_socket.sendall(request.upper().ljust(4).encode())
                answer = header = recv_all(client_socket, 4)
                if len(header) < 4 or not header.isdigit():
                    break
                body = recv_all(client_socket, int(header))
            except OSError as problem:
                print("lost the server:", problem)
                break
            print("Answer:", body.decode("utf-8", "replace"))
            if len(body) < int(header):
                break
