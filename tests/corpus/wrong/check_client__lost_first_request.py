"""level: spec
mistake: lost-first-request
Reads the first request and returns an empty one.
"""

class Gone(Exception):
    pass


def recv_n(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            raise Gone
        data += piece
    return data


def check_client(server_socket):
    # מחכים ללקוח
    client_socket, (ip, port) = server_socket.accept()
    request = ""
    try:
        if recv_n(client_socket, 2) == b"Hi":
            # הודעה ראשונה, 48 בתים
            message = "Welcome! TIME, NAME, RAND, EXIT".ljust(48)
            client_socket.sendall(message.encode())
            recv_n(client_socket, 4)
    except (OSError, Gone):
        request = ""
    return client_socket, request
