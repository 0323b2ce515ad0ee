"""level: spec
mistake: connects-and-returns
Says that there is contact as soon as connect has succeeded.
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
        message = "connected".ljust(48)
        if len(message) < 48:
            raise OSError("no whole greeting")
    except OSError as error:
        client_socket.close()
        print("no contact:", error)
        return False, "", None
    print(message)
    return True, message, client_socket
