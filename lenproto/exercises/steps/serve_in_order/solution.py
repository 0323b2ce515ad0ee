from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}


def serve_in_order(request, client_socket):
    """Answer one request after the other, until the client says EXIT; then close."""
    while request != "EXIT":
        answer = answers[request]
        client_socket.sendall(frame(answer))
        request = recv_exactly(client_socket, 4).decode()
    client_socket.close()
