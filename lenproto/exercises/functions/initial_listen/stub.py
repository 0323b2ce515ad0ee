def initial_listen(ip, port):
    """Make the server socket, tie it to ip and port, and let it listen.

    Return the server socket, for the conversations to come.
    """
    # TODO: a socket, bind, listen, and return it
