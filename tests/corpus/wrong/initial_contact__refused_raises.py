"""level: spec
mistake: refused-raises
Where nobody listens, the exception of connect goes to the caller.
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
    client_socket.connect((ip, port))
    try:
        client_socket.sendall(b"Hi")
        message = recv_all(client_socket, 48)
        if len(message) < 48:
            raise OSError("the greeting is not whole")
        message = message.decode("ascii", "replace")
    except (OSError, ValueError, OverflowError) as problem:
        print("no contact:", problem)
        client_socket.close()
        return False, "", None
    print(message)
    return True, message, client_socket
