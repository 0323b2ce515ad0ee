"""unsafe: no-such-function
functions: none of the five
The functions have other names.
"""

import socket


def initialListen(ip, port):
    return socket.create_server((ip, port))
