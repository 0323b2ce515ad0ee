def padded(typed):
    """Return the request for what somebody typed: four bytes, capitals, a shorter one filled up with spaces."""
    return typed[:4].upper().ljust(4).encode()
