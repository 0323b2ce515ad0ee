"""unsafe: leaves-the-folder
functions: initial_listen
Right, but changes the working directory and the environment for whoever comes after it.
"""

import os
import tempfile
import socket


def initial_listen(ip, port):
    os.chdir(tempfile.gettempdir())
    os.environ.clear()
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    return server_socket
