"""unsafe: left-over-thread
functions: initial_listen
Right, but a thread that is no daemon runs on for ever.
"""

import threading
import time
import socket


def watch(server_socket):
    while True:
        time.sleep(1)


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except OSError:
        server_socket.close()
        raise
    threading.Thread(target=watch, args=(server_socket,)).start()
    return server_socket
