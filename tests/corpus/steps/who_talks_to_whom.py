# %% right
def who_talks_to_whom(sock):
    return sock.getsockname(), sock.getpeername()

# %% right: a list
def who_talks_to_whom(sock):
    ends = []
    ends.append(sock.getsockname())
    ends.append(sock.getpeername())
    return ends

# %% right: taken apart
def who_talks_to_whom(sock):
    ip, port = sock.getsockname()
    other_ip, other_port = sock.getpeername()
    return (ip, port), (other_ip, other_port)

# %% gives-nothing
def who_talks_to_whom(sock):
    print(sock.getsockname(), sock.getpeername())

# %% swaps-the-ends
def who_talks_to_whom(sock):
    return sock.getpeername(), sock.getsockname()

# %% one-end-twice
def who_talks_to_whom(sock):
    return sock.getsockname(), sock.getsockname()

# %% one-end-only
def who_talks_to_whom(sock):
    return sock.getsockname()

# %% half-an-address
def who_talks_to_whom(sock):
    return sock.getsockname()[1], sock.getpeername()[1]

# %% half-an-address: the other half
def who_talks_to_whom(sock):
    return sock.getsockname()[0], sock.getpeername()[0]

# %% another-result
def who_talks_to_whom(sock):
    own, other = sock.getsockname(), sock.getpeername()
    return f"{own} talks to {other}"

# %% has-an-error
def who_talks_to_whom(sock):
    return sock.getsockname(), sock.getpeersname()
