def body_length(header):
    """Return how many bytes follow these four: body_length(b"0010") is the number 10."""
    return int(header)
