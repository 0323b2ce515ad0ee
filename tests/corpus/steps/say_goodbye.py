# %% right
def say_goodbye(client_socket):
    with client_socket:
        client_socket.sendall(b"EXIT")
        return client_socket.recv(1) == b""

# %% right: not
def say_goodbye(client_socket):
    client_socket.send("EXIT".encode())
    answer = client_socket.recv(100)
    client_socket.close()
    if answer:
        return False
    else:
        return True

# %% says-no-exit
def say_goodbye(client_socket):
    client_socket.close()
    return True

# %% waits-before-it-says-exit
def say_goodbye(client_socket):
    last = client_socket.recv(4)
    client_socket.sendall(b"EXIT")
    client_socket.close()
    return last == b""

# %% says-something-else
def say_goodbye(client_socket):
    client_socket.sendall(b"exit")
    last = client_socket.recv(4)
    client_socket.close()
    return last == b""

# %% says-something-else: a newline
def say_goodbye(client_socket):
    client_socket.sendall(b"EXIT\n")
    last = client_socket.recv(4)
    client_socket.close()
    return last == b""

# %% does-not-look
def say_goodbye(client_socket):
    client_socket.sendall(b"EXIT")
    client_socket.close()
    return True

# %% the-other-way-round
def say_goodbye(client_socket):
    client_socket.sendall(b"EXIT")
    last = client_socket.recv(4)
    client_socket.close()
    return last != b""

# %% gives-what-came
def say_goodbye(client_socket):
    client_socket.sendall(b"EXIT")
    last = client_socket.recv(4)
    client_socket.close()
    return last

# %% leaves-it-open
def say_goodbye(client_socket):
    client_socket.sendall(b"EXIT")
    return client_socket.recv(4) == b""

# %% gives-nothing
def say_goodbye(client_socket):
    client_socket.sendall(b"EXIT")
    client_socket.recv(4)
    client_socket.close()
