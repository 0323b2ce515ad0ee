"""level: spec
mistake: greeting-padded-with-nul
Fills the greeting up with zero bytes, which struct does, not with spaces.
"""

import struct


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
            message = struct.pack("48s", b"Welcome! TIME, NAME, RAND, EXIT")
            client_socket.sendall(message)
            request = recv_n(client_socket, 4).decode("latin-1")
    except (OSError, Gone):
        request = ""
    return client_socket, request
