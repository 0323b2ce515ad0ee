def recv_answer(client_socket):
    """Receive one answer, header and body, and return the body as text. Leave what comes behind it in the stream."""
    # TODO: recv_exactly twice, with body_length between them
