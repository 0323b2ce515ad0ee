# %% right
def recv_exactly(sock, n):
    received = b""
    while len(received) < n:
        piece = sock.recv(n - len(received))
        if piece == b"":
            return received
        received += piece
    return received

# %% right: byte by byte
def recv_exactly(sock, n):
    received = bytearray()
    for _ in range(n):
        piece = sock.recv(1)
        if not piece:
            break
        received += piece
    return bytes(received)

# %% right: counting down, a list of pieces
def recv_exactly(sock, n):
    pieces = []
    while n > 0:
        piece = sock.recv(min(n, 256))
        if len(piece) == 0:
            break
        pieces.append(piece)
        n -= len(piece)
    return b"".join(pieces)

# %% right: recursion
def recv_exactly(sock, n):
    if n == 0:
        return b""
    piece = sock.recv(n)
    return piece + recv_exactly(sock, n - len(piece)) if piece else b""

# %% right: a flag
import socket

def recv_exactly(sock, n):
    left, data = n, b""
    while left and (piece := sock.recv(left)):
        data, left = data + piece, left - len(piece)
    return data

# %% reads-nothing
def recv_exactly(sock, n):
    received = b""
    return received

# %% one-recv-for-all
def recv_exactly(sock, n):
    return sock.recv(n)

# %% takes-too-much
def recv_exactly(sock, n):
    received = b""
    while len(received) < n:
        received += sock.recv(1024)
    return received[:n]

# %% does-not-stop-at-the-end
def recv_exactly(sock, n):
    received = b""
    while len(received) < n:
        received += sock.recv(n - len(received))
    return received

# %% asks-once-more
def recv_exactly(sock, n):
    received = b""
    while len(received) <= n:
        piece = sock.recv(n - len(received) or 1)
        if not piece:
            break
        received += piece
    return received

# %% keeps-the-last-piece
def recv_exactly(sock, n):
    count, received = 0, b""
    while count < n:
        received = sock.recv(n - count)
        if not received:
            break
        count += len(received)
    return received

# %% gives-text
def recv_exactly(sock, n):
    received = ""
    while len(received) < n:
        piece = sock.recv(n - len(received)).decode()
        if not piece:
            break
        received += piece
    return received

# %% gives-nothing
def recv_exactly(sock, n):
    received = b""
    while len(received) < n:
        piece = sock.recv(n - len(received))
        if not piece:
            break
        received += piece
