def say_hi(client_socket):
    """Send Hi, receive the 48 bytes of the greeting, and return it as text."""
    # TODO: three lines. Bytes become text with .decode()
