def greedy_check_client(server_socket):
    client_socket, address = server_socket.accept()
    client_socket.recv(1024)
    client_socket.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    return client_socket, client_socket.recv(4).decode()
