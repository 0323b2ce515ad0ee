def initial_contact(ip, port):
    """Make the client socket and connect it to ip and port. If that worked,
    send Hi, and straight after it receive 48 bytes. Print them.

    Return True, what the server sent (as text), and the socket.
    If there was any problem, return False, an empty text, and None.
    """
    # TODO: connect, send, receive, print, and return three things
