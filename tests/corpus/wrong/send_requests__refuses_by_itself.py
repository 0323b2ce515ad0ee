"""level: shock
mistake: refuses-by-itself
Sends only the requests that it knows itself.
"""

VALID = ["TIME", "NAME", "RAND", "EXIT"]
def send_requests(answer, client_socket):
    while answer:
        msg = input("Enter TIME, NAME, RAND or EXIT: ").upper()[:4]
        if msg not in VALID:
            print("invalid command")
            continue
        client_socket.sendall(msg.encode())
        head = client_socket.recv(4).decode()
        if head == "":
            break
        answer = client_socket.recv(int(head)).decode()
        print(answer)
    client_socket.close()
