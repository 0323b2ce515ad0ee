"""level: spec
mistake: binary-header-unpacked
Takes the four digits of the length for a binary number.
"""

import struct
def send_requests(answer, client_socket):
    while answer:
        r = input("? ")[:4].upper().ljust(4)
        client_socket.sendall(r.encode())
        head = client_socket.recv(4)
        if not head:
            break
        (n,) = struct.unpack("!I", head)
        body = b""
        while len(body) < n:
            piece = client_socket.recv(n - len(body))
            if not piece:
                break
            body += piece
        print(body.decode())
        answer = body
    client_socket.close()
