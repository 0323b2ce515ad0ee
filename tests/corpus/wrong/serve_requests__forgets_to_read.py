"""level: spec
mistake: forgets-to-read
Never reads the next request: the first one is answered for ever.
"""

import socket
def serve_requests(request, client_socket):
    while True:
        if request == "EXIT":
            break
        answer = socket.gethostname()
        client_socket.send(str(len(answer)).zfill(4).encode())
        client_socket.send(answer.encode())
    client_socket.close()
