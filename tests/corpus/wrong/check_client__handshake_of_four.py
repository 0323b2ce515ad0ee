"""level: spec
mistake: handshake-of-four
Waits for four bytes of a handshake that has two.
"""

def exactly(s, n):
    d = b""
    while len(d) < n:
        p = s.recv(n - len(d))
        if not p: break
        d += p
    return d
def check_client(server_socket):
    client, addr = server_socket.accept()
    hand = exactly(client, 4)
    client.send("Your options are: TIME, RAND(1-10), NAME or EXIT".encode())
    return client, exactly(client, 4).decode()
