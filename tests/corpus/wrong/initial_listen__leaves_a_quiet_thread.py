"""level: spec
mistake: leaves-a-quiet-thread
Returns at once, and leaves a thread that waits for lines to log.
"""

import queue
import socket
import threading


def initial_listen(ip, port):
    threading.Thread(target=queue.Queue().get, daemon=True).start()  # a logger that waits for lines
    server_socket = socket.socket()
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server_socket.bind((ip, port))
        server_socket.listen()
    except (OSError, OverflowError):
        server_socket.close()
        raise
    return server_socket
