"""level: spec
mistake: pair-without-brackets
Gives bind() two values in place of a pair.
"""

import socket
def initial_listen(ip, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.bind(ip, port)
    s.listen()
    return s
