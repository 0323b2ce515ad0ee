"""unsafe: busy-loop-bare-except
functions: check_client
A bare except inside an endless loop: no exception gets out, a signal's neither.
"""

def check_client(server_socket):
    while True:
        try:
            while True:
                client_socket, address = server_socket.accept()
                client_socket.recv(2).decode("hex")
        except:
            pass
