def check_client(server_socket):
    """Accept a client, and receive its handshake.

    Send it the first message: 48 bytes that say what it may ask for.
    Receive 4 bytes: its first request.
    Return the client's socket and the request, as text.
    """
    # TODO: accept, receive, send, receive, and return two things
