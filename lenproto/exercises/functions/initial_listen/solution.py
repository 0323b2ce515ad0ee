import os
import socket


def initial_listen(ip, port):
    """Make the server socket, tie it to ip and port, and let it listen. Return it."""
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # after a restart the port is free at once
            server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except (OSError, OverflowError):  # the port is taken, or there is no such address
        server_socket.close()
        raise  # whoever called has to know it
    return server_socket
