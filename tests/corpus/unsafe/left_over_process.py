"""unsafe: left-over-process
functions: initial_listen
Right, but starts a process that sleeps on after it.
"""

import subprocess
import sys
import socket


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    return server_socket
