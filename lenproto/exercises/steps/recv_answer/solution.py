from lenproto.wire import body_length, recv_exactly


def recv_answer(client_socket):
    """Receive one answer, header and body, and return the body as text. Leave what comes behind it in the stream."""
    header = recv_exactly(client_socket, 4)
    body = recv_exactly(client_socket, body_length(header))
    return body.decode("utf-8")
