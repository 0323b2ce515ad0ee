from lenproto.wire import recv_exactly


def serve_with_a_newline(request, client_socket):
    while request != "EXIT":
        client_socket.sendall(b"0004lena\n")
        request = recv_exactly(client_socket, 4).decode()
    client_socket.close()
