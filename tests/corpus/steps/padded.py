# %% right
def padded(typed):
    return typed.upper()[:4].ljust(4).encode()

# %% right: a format
def padded(typed):
    return f"{typed[:4].upper():<4}".encode("ascii")

# %% right: a loop
def padded(typed):
    request = ""
    for letter in typed:
        if len(request) < 4:
            request += letter.upper()
    while len(request) < 4:
        request += " "
    return bytes(request, "utf-8")

# %% right: spaces, then cut
def padded(typed):
    return (typed + "    ")[:4].upper().encode()

# %% small-letters
def padded(typed):
    return typed[:4].ljust(4).encode()

# %% not-cut
def padded(typed):
    return typed.upper().ljust(4).encode()

# %% not-filled-up
def padded(typed):
    return typed[:4].upper().encode()

# %% filled-in-front
def padded(typed):
    return typed[:4].upper().rjust(4).encode()

# %% filled-with-something-else
def padded(typed):
    return typed[:4].upper().ljust(4, "0").encode()

# %% gives-text
def padded(typed):
    return typed[:4].upper().ljust(4)

# %% gives-nothing
def padded(typed):
    typed[:4].upper().ljust(4).encode()
