"""level: spec
mistake: takes-47-bytes
Takes 47 bytes of the greeting; the last one stays in the stream and becomes part of the first answer.
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
        message = recv_all(client_socket, 47)
        if len(message) < 47:
            raise OSError("the greeting is not whole")
        message = message.decode("ascii", "replace")
    except (OSError, ValueError, OverflowError) as problem:
        print("no contact:", problem)
        client_socket.close()
        return False, "", None
    print(message)
    return True, message, client_socket
