"""level: spec
mistake: length-stays-bytes
Asks for as many bytes as the header says, and the header is no number.
"""

def send_requests(answer, client_socket):
    while answer:
        request = input("Request: ")[:4].upper().ljust(4)
        client_socket.sendall(request.encode())
        header = client_socket.recv(4)
        answer = client_socket.recv(header).decode()
        print(answer)
    client_socket.close()
