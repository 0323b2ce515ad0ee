"""level: spec
mistake: with-closes-the-socket
The with block closes the socket before the caller gets it.
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
    try:
        with socket.create_connection((ip, port)) as client_socket:
            client_socket.sendall(b"Hi")
            message = recv_all(client_socket, 48)
    except (OSError, ValueError, OverflowError) as problem:
        print(problem)
        return False, "", None
    if len(message) < 48:
        print("the server hung up")
        return False, "", None
    message = message.decode("ascii", "replace")
    print(message)
    return True, message, client_socket
