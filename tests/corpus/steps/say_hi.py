# %% right
def say_hi(client_socket):
    client_socket.sendall(b"Hi")
    return client_socket.recv(48).decode()

# %% right: in a loop, with encode
def say_hi(client_socket):
    client_socket.sendall("Hi".encode())
    greeting = b""
    while len(greeting) < 48:
        greeting += client_socket.recv(48 - len(greeting))
    return str(greeting, "ascii")

# %% right: letter by letter, without the spaces
def say_hi(client_socket):
    for letter in (b"H", b"i"):
        client_socket.send(letter)
    return client_socket.recv(48).decode("utf-8").strip()

# %% says-nothing
def say_hi(client_socket):
    return "Hi"

# %% reads-before-it-speaks
def say_hi(client_socket):
    greeting = client_socket.recv(48)
    client_socket.sendall(b"Hi")
    return greeting.decode()

# %% says-something-else
def say_hi(client_socket):
    client_socket.sendall(b"Hi\n")
    return client_socket.recv(48).decode()

# %% says-something-else: small letters
def say_hi(client_socket):
    client_socket.sendall(b"hi")
    return client_socket.recv(48).decode()

# %% text-for-bytes
def say_hi(client_socket):
    client_socket.sendall("Hi")
    return client_socket.recv(48).decode()

# %% gives-bytes
def say_hi(client_socket):
    client_socket.sendall(b"Hi")
    return client_socket.recv(48)

# %% gives-nothing
def say_hi(client_socket):
    client_socket.sendall(b"Hi")
    print(client_socket.recv(48).decode())

# %% reads-no-greeting
def say_hi(client_socket):
    client_socket.sendall(b"Hi")
    return "Hello"

# %% greeting-cut
def say_hi(client_socket):
    client_socket.sendall(b"Hi")
    return client_socket.recv(4).decode()

# %% asks-for-too-much
def say_hi(client_socket):
    client_socket.sendall(b"Hi")
    greeting = b""
    while len(greeting) < 50:
        greeting += client_socket.recv(50 - len(greeting))
    return greeting.decode()
