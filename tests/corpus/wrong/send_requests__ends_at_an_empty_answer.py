"""level: shock
mistake: ends-at-an-empty-answer
The loop looks at the body, so an answer of length 0000 ends it.
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
            answer = body.decode("utf-8", "replace")
            print(answer)
