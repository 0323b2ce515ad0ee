"""level: spec
mistake: variable-named-socket
A variable of its own is called socket, like the module.
"""
import socket


def initial_contact(ip, port):
    socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    socket.settimeout(10)
    try:
        socket.connect((ip, port))
        socket.sendall(b"Hi")
        message = b""
        while len(message) < 48:
            part = socket.recv(48 - len(message))
            if not part:
                raise ConnectionError("the server has left")
            message += part
        message = message.decode("ascii")
    except (OSError, OverflowError, ValueError) as e:
        print("Error while connecting:", e)
        socket.close()
        return False, "", None
    print(message)
    return True, message, socket
