def trusting_requests(answer, client_socket):
    while answer:
        request = input("Request: ")[:4].upper().ljust(4)
        client_socket.sendall(request.encode())
        header = client_socket.recv(4)
        if header == b"":
            break
        answer = client_socket.recv(int(header)).decode()
        print(answer)
    client_socket.close()
