"""level: shock
mistake: reset-raises
Only connect stands in the try; what happens to recv is not caught.
"""

import socket


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.connect((ip, port))
    except Exception as e:
        print("cannot connect:", e)
        sock.close()
        return False
    sock.sendall(b"Hi")
    message = b""
    while len(message) < 48:
        piece = sock.recv(48 - len(message))
        if not piece:
            print("the server hung up")
            sock.close()
            return False
        message += piece
    message = message.decode("ascii", "replace")
    print(message)
    return True, message, sock
