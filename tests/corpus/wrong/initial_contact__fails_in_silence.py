"""level: shock
mistake: fails-in-silence
Returns False where there is no contact, and tells nobody why.
"""

import socket


def initial_contact(ip, port):
    client_socket = socket.socket()
    client_socket.settimeout(10)
    data = b""
    try:
        client_socket.connect((ip, port))
        client_socket.sendall(b"Hi")
        while len(data) < 48 and (piece := client_socket.recv(48 - len(data))):
            data += piece
    except (OSError, OverflowError):
        data = b""
    if len(data) < 48:
        client_socket.close()
        return False, "", None
    greeting = data.decode("ascii", "replace")
    print(greeting)
    return True, greeting, client_socket
