"""level: spec
mistake: exits-on-failure
Ends the whole program where it should return False.
"""

import sys
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
        message = recv_all(client_socket, 48)
        if len(message) < 48:
            raise OSError("the greeting is not whole")
        message = message.decode("ascii", "replace")
    except (OSError, ValueError, OverflowError) as problem:
        print("no contact:", problem)
        client_socket.close()
        sys.exit(1)
    print(message)
    return True, message, client_socket
