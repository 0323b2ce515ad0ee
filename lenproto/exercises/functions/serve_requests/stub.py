def serve_requests(request, client_socket):
    """Round after round, build the answer to the request and send it: 4 digits
    with the length of the answer, then the answer. Wait for the next request.

    If the client asked EXIT, leave the loop and close the client's socket.
    """
    # TODO: an endless loop, and a way out of it
