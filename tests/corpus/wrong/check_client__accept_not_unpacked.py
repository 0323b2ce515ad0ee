"""level: spec
mistake: accept-not-unpacked
Takes what accept() gives for a socket.
"""

def check_client(server_socket):
    client = server_socket.accept()
    client.recv(2)
    client.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    return client, client.recv(4).decode()
