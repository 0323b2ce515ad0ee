def say_hi(client_socket):
    """Send Hi, receive the 48 bytes of the greeting, and return it as text."""
    client_socket.sendall(b"Hi")
    greeting = client_socket.recv(48)
    return greeting.decode()
