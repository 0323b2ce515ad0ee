"""level: spec
mistake: never-flushes
Writes Hi into a file of the socket, and never flushes it.
"""

import socket

def initial_contact(ip, port):
    s = socket.socket()
    try:
        s.connect((ip, port))
    except OSError as e:
        print(e)
        s.close()
        return False, "", None
    f = s.makefile("rw")
    f.write("Hi")
    msg = f.read(48)
    print(msg)
    return True, msg, s
