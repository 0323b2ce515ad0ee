"""level: spec
mistake: retries-for-ever
Tries again and again where nobody listens, and never comes back.
"""

import socket
import time


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        part = sock.recv(n - len(data))
        if not part:
            break
        data += part
    return data


def initial_contact(ip, port):
    while True:
        client_socket = socket.socket()
        try:
            client_socket.connect((ip, port))
            break
        except OSError:
            print("waiting for the server...")
            client_socket.close()
            time.sleep(0.5)
    try:
        client_socket.sendall(b"Hi")
        message = recv_all(client_socket, 48)
    except OSError:
        message = b""
    if len(message) < 48:
        print("no greeting")
        client_socket.close()
        return False, "", None
    message = message.decode("ascii", "replace")
    print(message)
    return True, message, client_socket
