"""level: spec
mistake: header-and-body-of-two-kinds
Joins a header of text and a body of bytes.
"""

def serve_requests(request, client_socket):
    while request != "EXIT":
        body = "lena".encode()
        client_socket.sendall(str(len(body)).zfill(4) + body)
        request = client_socket.recv(4).decode()
    client_socket.close()
