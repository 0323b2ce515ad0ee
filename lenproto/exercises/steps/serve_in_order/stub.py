from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}


def serve_in_order(request, client_socket):
    """Answer one request after the other, until the client says EXIT; then close."""
    client_socket.close()
    while request != "EXIT":
        request = recv_exactly(client_socket, 4).decode()
        client_socket.sendall(frame(answer))
        answer = answers[request]
