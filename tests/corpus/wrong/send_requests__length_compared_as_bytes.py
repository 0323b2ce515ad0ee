"""level: spec
mistake: length-compared-as-bytes
The length stays bytes, and is compared with a number.
"""


def receive(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            return None
        data += part
    return data


def send_requests(answer, client_socket):
    if not answer:
        return
    client_socket.settimeout(10)
    while True:
        request = input("Your request: ")[:4]
        if not request.isascii():
            print("English letters only, please")
            continue
        try:
            client_socket.sendall(request.upper().ljust(4).encode("ascii"))
            length = receive(client_socket, 4)
            if length is None or not length.isdigit():
                break
            body = receive(client_socket, length)
            if body is None:
                break
        except OSError as e:
            print("Connection lost:", e)
            break
        print(body.decode("utf-8", "replace"))
    client_socket.close()
