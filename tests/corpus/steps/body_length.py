# %% right
def body_length(header):
    return int(header)

# %% right: by text
def body_length(header):
    return int(header.decode("ascii"))

# %% right: by hand
def body_length(header):
    number = 0
    for digit in header:
        number = number * 10 + digit - ord("0")
    return number

# %% gives-digits
def body_length(header):
    return header.decode()

# %% gives-digits: bytes
def body_length(header):
    return header.lstrip(b"0")

# %% length-of-the-header
def body_length(header):
    return len(header)

# %% read-as-binary
def body_length(header):
    return int.from_bytes(header, "big")

# %% digits-added-up
def body_length(header):
    return sum(int(digit) for digit in header.decode())

# %% one-digit-only
def body_length(header):
    return int(header[3:])

# %% header-counted-in
def body_length(header):
    return int(header) + 4

# %% gives-nothing
def body_length(header):
    length = int(header)

# %% another-result
def body_length(header):
    return float(header)
