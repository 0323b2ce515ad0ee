"""unsafe: descriptors-run-out
functions: initial_listen
Opens sockets until the system gives no more.
"""

import socket


def initial_listen(ip, port):
    tries = []
    while True:
        s = socket.socket()
        tries.append(s)
        try:
            s.bind((ip, port))
        except OSError:
            pass
