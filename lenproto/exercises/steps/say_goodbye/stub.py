def say_goodbye(client_socket):
    """Say EXIT, wait for what recv returns, close. Return True if the server closed without a word, else False."""
    # TODO: send, receive, close, and compare what came with b""
