def say_goodbye(client_socket):
    """Say EXIT, wait for what recv returns, close. Return True if the server closed without a word, else False."""
    client_socket.sendall(b"EXIT")
    last = client_socket.recv(4)
    client_socket.close()
    return last == b""
