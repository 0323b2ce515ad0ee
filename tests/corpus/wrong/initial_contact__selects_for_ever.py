"""level: shock
mistake: selects-for-ever
Waits with select for a second, again and again, for ever.
"""

import select
import socket


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        if not select.select([sock], [], [], 1)[0]:
            continue
        part = sock.recv(n - len(data))
        if part == b"":
            break
        data = data + part
    return data


def initial_contact(ip, port):
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        client_socket.connect((ip, port))
        client_socket.sendall(b"Hi")
        message = recv_all(client_socket, 48)
        if len(message) < 48:
            print("The server closed before the whole greeting came")
            client_socket.close()
            return False, "", None
        message = message.decode("ascii")
    except (OSError, ValueError, OverflowError) as problem:
        print("No contact:", problem)
        client_socket.close()
        return False, "", None
    print(message)
    return True, message, client_socket
