from lenproto.wire import recv_exactly


def send_requests(answer, client_socket):
    """Ask, send, receive and print, as long as the server answers. Close the socket."""
    with client_socket:
        while answer:
            request = input("Request: ")[:4]
            if not request.isascii():
                print("Four English letters, please.")
                continue
            try:
                client_socket.sendall(request.upper().ljust(4).encode("ascii"))
                header = recv_exactly(client_socket, 4)
                if not header:  # the end of the stream: no more answers
                    break
                if len(header) < 4 or not header.isdigit():
                    print("The server sent no length:", header)
                    break
                body = recv_exactly(client_socket, int(header))
            except OSError as error:  # the server reset the connection, or fell silent
                print("The conversation broke off:", error)
                break
            if len(body) < int(header):
                print("The server left in the middle of its answer.")
                break
            print(body.decode("utf-8", "backslashreplace"))
            answer = header + body  # never empty: an answer of length 0000 is one, too
