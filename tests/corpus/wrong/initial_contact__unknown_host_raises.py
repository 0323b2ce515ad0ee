"""level: spec
mistake: unknown-host-raises
Catches only ConnectionRefusedError and the like; an address that does not exist raises gaierror.
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
        message = recv_all(client_socket, 48)
        if len(message) < 48:
            raise ConnectionError("the greeting is not whole")
        message = message.decode("ascii", "replace")
    except (ConnectionError, TimeoutError) as problem:
        print("no contact:", problem)
        client_socket.close()
        return False, "", None
    print(message)
    return True, message, client_socket
