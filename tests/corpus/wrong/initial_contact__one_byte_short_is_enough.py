"""level: shock
mistake: one-byte-short-is-enough
Takes 47 of 48 bytes for a greeting.
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


def initial_contact(ip, port):
    client_socket = socket.socket()
    try:
        client_socket.connect((ip, port))
        client_socket.sendall(b"Hi")
        message = recv_all(client_socket, 48).decode("ascii", "replace")
        if len(message) < 47:
            raise OSError("no whole greeting")
    except OSError as error:
        client_socket.close()
        print("no contact:", error)
        return False, "", None
    print(message)
    return True, message, client_socket
