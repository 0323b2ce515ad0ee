import socket


def swallowing_listen(ip, port):
    try:
        server_socket = socket.create_server((ip, port))
    except OSError:
        return None
    return server_socket
