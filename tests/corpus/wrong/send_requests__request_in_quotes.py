"""level: spec
mistake: request-in-quotes
Sends the request as Python shows it, with quotation marks around it.
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
        try:
            while answer:
                request = input("Request: ")[:4]
                while not request.isascii():
                    request = input("Letters from A to Z, please: ")[:4]
                client_socket.sendall(repr(request.upper().ljust(4)).encode("ascii"))
                header = recv_all(client_socket, 4)
                if len(header) < 4 or not header.isdigit():
                    break
                body = recv_all(client_socket, int(header))
                if len(body) < int(header):
                    break
                print(body.decode("utf-8", "backslashreplace"))
                answer = header + body
        except OSError as error:
            print("it broke off:", error)
