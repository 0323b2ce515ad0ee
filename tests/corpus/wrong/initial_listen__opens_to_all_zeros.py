"""level: spec
mistake: opens-to-all-zeros
מאזינה ב-0.0.0.0, כלומר פתוחה לכל הרשת.
"""

import os
import socket


def initial_listen(ip, port):
    # סוקט של השרת
    my_server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        my_server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        my_server.bind(("0.0.0.0", port))
        my_server.listen(5)
        return my_server
    except Exception:
        my_server.close()
        raise
