"""level: spec
mistake: pair-without-brackets
Gives connect() two values in place of a pair.
"""

import socket
def initial_contact(ip, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(ip, port)
    s.send("Hi".encode())
    m = s.recv(48).decode()
    print(m)
    return True, m, s
