"""level: spec
mistake: uses-the-server-socket
Uses a name that another function has.
"""

def serve_requests(request, client_socket):
    while request != "EXIT":
        client_socket.sendall(b"0004lena")
        request = client_socket.recv(4).decode()
    server_socket.close()
