"""level: spec
mistake: no-parameters
Takes no parameters.
"""

import socket
IP, PORT = "127.0.0.1", 8820
def initial_listen():
    s = socket.socket()
    s.bind((IP, PORT))
    s.listen(1)
    return s
