"""unsafe: python-2
functions: none can be read
Written for Python 2: print without brackets, raw_input.
"""

import socket

def initial_contact(ip, port):
    s = socket.socket()
    s.connect((ip, port))
    s.send("Hi")
    answer = s.recv(48)
    print answer
    return True, answer, s
