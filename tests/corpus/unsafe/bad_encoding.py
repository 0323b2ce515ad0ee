"""unsafe: bad-encoding
functions: none can be read
Saved in the Windows code page for Hebrew, without saying so.
"""

# השרת שלי
import socket


def initial_listen(ip, port):
    print("מאזין")
    return socket.create_server((ip, port))
