def send_requests(answer, client_socket):
    """As long as there is an answer from the server: ask the user for a request.
    Send 4 characters of it, in capital letters. Straight after it receive 4 bytes,
    the length of the real answer; then receive the answer, and print it.

    When the server sends no more answers, the loop ends, and so does the function.
    """
    # TODO: a loop that asks, sends, receives twice, and prints
