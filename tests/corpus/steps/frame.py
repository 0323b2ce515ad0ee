# %% right
def frame(body):
    data = body.encode()
    return b"%04d" % len(data) + data

# %% right: f-string and encode
def frame(body):
    data = body.encode("utf-8")
    return f"{len(data):04}".encode() + data

# %% right: zfill, bytearray
def frame(body):
    message = bytearray(str(len(body.encode())).zfill(4), "ascii")
    message.extend(bytes(body, "utf8"))
    return message

# %% right: rjust
def frame(body):
    coded = body.encode("utf_8")
    head = str(len(coded)).rjust(4, "0")
    return b"".join([head.encode(), coded])

# %% counts-characters
def frame(body):
    return b"%04d" % len(body) + body.encode()

# %% counts-the-header
def frame(body):
    data = body.encode()
    return b"%04d" % (len(data) + 4) + data

# %% length-not-four-digits
def frame(body):
    data = body.encode()
    return str(len(data)).encode() + data

# %% length-filled-otherwise
def frame(body):
    data = body.encode()
    return b"%4d" % len(data) + data

# %% length-behind
def frame(body):
    data = body.encode()
    return data + b"%04d" % len(data)

# %% length-in-binary
def frame(body):
    data = body.encode()
    return len(data).to_bytes(4, "big") + data

# %% length-alone
def frame(body):
    return b"%04d" % len(body.encode())

# %% no-header
def frame(body):
    return body.encode()

# %% gives-text
def frame(body):
    return f"{len(body.encode()):04}{body}"

# %% gives-nothing
def frame(body):
    data = body.encode()
    print(b"%04d" % len(data) + data)

# %% mixes-text-and-bytes
def frame(body):
    return b"%04d" % len(body.encode()) + body
