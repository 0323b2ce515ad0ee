"""level: spec
mistake: connects-with-the-port-as-text
Makes a text of the port.
"""

import socket
def initial_contact(ip, port):
    s = socket.socket()
    s.connect((ip, str(port)))
    s.send("Hi".encode())
    m = s.recv(48).decode()
    print(m)
    return True, m, s
