"""level: shock
mistake: buffered-makefile
The buffer of makefile reads ahead, and is thrown away with the next request in it.
"""

def check_client(server_socket):
    client_socket, address = server_socket.accept()
    try:
        with client_socket.makefile("rb") as f:
            if f.read(2) != b"Hi":
                return client_socket, ""
            client_socket.sendall("I know: TIME, NAME, RAND, EXIT".ljust(48).encode())
            request = f.read(4)
    except OSError:
        return client_socket, ""
    return client_socket, request.decode("latin-1") if len(request) == 4 else ""
