# %% right
def read_to_the_end(sock):
    received = b""
    while True:
        piece = sock.recv(4096)
        if not piece:
            return received
        received += piece

# %% right: a list
def read_to_the_end(sock):
    pieces = list(iter(lambda: sock.recv(16), b""))
    return b"".join(pieces)

# %% right: a file
def read_to_the_end(sock):
    with sock.makefile("rb") as file:
        return file.read()

# %% reads-nothing
def read_to_the_end(sock):
    return b""

# %% stops-before-the-end
def read_to_the_end(sock):
    return sock.recv(1024)

# %% stops-before-the-end: a short piece
def read_to_the_end(sock):
    received = b""
    while True:
        piece = sock.recv(1024)
        received += piece
        if len(piece) < 1024:
            return received

# %% stops-before-the-end: an empty answer
def read_to_the_end(sock):
    received = b""
    while True:
        piece = sock.recv(4)
        received += piece
        if piece in (b"", b"0000"):
            return received

# %% does-not-stop-at-the-end
def read_to_the_end(sock):
    received = b""
    while True:
        received += sock.recv(1024)

# %% gives-pieces
def read_to_the_end(sock):
    pieces = []
    while piece := sock.recv(1024):
        pieces.append(piece)
    return pieces

# %% keeps-one-piece
def read_to_the_end(sock):
    received = piece = sock.recv(1024)
    while piece:
        piece = sock.recv(1024)
    return received

# %% gives-the-end
def read_to_the_end(sock):
    received = sock.recv(1024)
    while received:
        received = sock.recv(1024)
    return received

# %% gives-text
def read_to_the_end(sock):
    received = ""
    while piece := sock.recv(1024):
        received += piece.decode()
    return received

# %% gives-nothing
def read_to_the_end(sock):
    received = b""
    while piece := sock.recv(1024):
        received += piece
