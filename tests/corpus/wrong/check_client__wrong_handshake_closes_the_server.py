"""level: shock
mistake: wrong-handshake-closes-the-server
Closes the server because one client shook hands wrongly.
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
            request = recv_n(client_socket, 4).decode("latin-1")
        else:
            server_socket.close()
    except (OSError, Gone):
        request = ""
    return client_socket, request
