# %% right
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    with client_socket:
        while recv_exactly(client_socket, 4) not in (b"EXIT", b""):
            client_socket.sendall(frame("lena"))

# %% right: break
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    while True:
        request = recv_exactly(client_socket, 4)
        if not request or request == b"EXIT":
            break
        client_socket.sendall(frame("lena"))
    client_socket.close()

# %% answers-nobody
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    with client_socket:
        request = recv_exactly(client_socket, 4)
        while request != b"EXIT":
            client_socket.sendall(frame("lena"))
            request = recv_exactly(client_socket, 4)

# %% does-not-stop-at-the-end
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    with client_socket:
        request = recv_exactly(client_socket, 4)
        while request != b"EXIT":
            if request:
                client_socket.sendall(frame("lena"))
            request = recv_exactly(client_socket, 4)

# %% does-not-close
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    request = recv_exactly(client_socket, 4)
    while request not in (b"EXIT", b""):
        client_socket.sendall(frame("lena"))
        request = recv_exactly(client_socket, 4)

# %% answers-exit
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    with client_socket:
        request = b"NAME"
        while request not in (b"EXIT", b""):
            request = recv_exactly(client_socket, 4)
            if request:
                client_socket.sendall(frame("lena"))

# %% leaves-a-request-unanswered
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    with client_socket:
        request = recv_exactly(client_socket, 4)
        if request == b"NAME":
            return

# %% raises-where-it-should-return
from lenproto.wire import frame, recv_exactly

def serve_until_exit(client_socket):
    with client_socket:
        request = recv_exactly(client_socket, 4)
        while request != b"EXIT":
            if not request:
                raise ConnectionError("the client has left")
            client_socket.sendall(frame("lena"))
            request = recv_exactly(client_socket, 4)
