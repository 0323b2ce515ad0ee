"""level: spec
mistake: connects
Connects like a client instead of binding.
"""

import os
import socket


def initial_listen(ip, port):
    # סוקט של השרת
    my_server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        my_server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        my_server.connect((ip, port))
        return my_server
    except Exception:
        my_server.close()
        raise
