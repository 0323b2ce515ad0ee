# %% right
from lenproto.wire import body_length, recv_exactly

def recv_answer(client_socket):
    return recv_exactly(client_socket, body_length(recv_exactly(client_socket, 4))).decode()

# %% right: all by itself
def recv_answer(client_socket):
    def take(n):
        got = b""
        while len(got) < n:
            more = client_socket.recv(n - len(got))
            if not more:
                break
            got += more
        return got
    size = int(take(4))
    return take(size).decode("utf-8")

# %% right: a file
def recv_answer(client_socket):
    header = b""
    while len(header) != 4:
        header += client_socket.recv(1)
    left = int(header.decode())
    text = bytearray()
    while left:
        piece = client_socket.recv(min(left, 100))
        text += piece
        left -= len(piece)
    return text.decode()

# %% reads-nothing
def recv_answer(client_socket):
    return ""

# %% one-recv-for-all
def recv_answer(client_socket):
    length = int(client_socket.recv(4))
    return client_socket.recv(length).decode()

# %% takes-the-next-answer
def recv_answer(client_socket):
    return client_socket.recv(1024)[4:].decode()

# %% header-in-the-answer
from lenproto.wire import body_length, recv_exactly

def recv_answer(client_socket):
    header = recv_exactly(client_socket, 4)
    return (header + recv_exactly(client_socket, body_length(header))).decode()

# %% header-for-the-answer
from lenproto.wire import recv_exactly

def recv_answer(client_socket):
    header = recv_exactly(client_socket, 4)
    recv_exactly(client_socket, int(header))
    return header.decode()

# %% gives-bytes
from lenproto.wire import recv_exactly

def recv_answer(client_socket):
    length = int(recv_exactly(client_socket, 4))
    return recv_exactly(client_socket, length)

# %% asks-for-more
from lenproto.wire import recv_exactly

def recv_answer(client_socket):
    length = int(recv_exactly(client_socket, 4))
    return recv_exactly(client_socket, length + 1).decode()

# %% gives-nothing
from lenproto.wire import recv_exactly

def recv_answer(client_socket):
    length = int(recv_exactly(client_socket, 4))
    print(recv_exactly(client_socket, length).decode())
