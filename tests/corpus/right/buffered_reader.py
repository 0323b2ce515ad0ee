"""makefile("rb") with its buffer where one function reads to the end; plain recv where another reads on."""
import random
import socket
import sys
import time


def recv_exactly(sock, n):
    data = bytearray()
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            return b""
        data += piece
    return bytes(data)


def initial_contact(ip, port):
    sock = None
    try:
        sock = socket.create_connection((ip, port), 10)
        sock.sendall(b"Hi")
        greeting = recv_exactly(sock, 48)
        if not greeting:
            raise ConnectionError("no whole greeting")
    except (OSError, OverflowError, ValueError) as error:
        if sock:
            sock.close()
        print("no contact:", error, file=sys.stderr)
        return False, "", None
    greeting = greeting.decode("ascii", "replace")
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    # nobody reads from this socket after us, so a buffer may read ahead
    with client_socket, client_socket.makefile("rb") as answers:
        while answer:
            request = input("-> ")[:4]
            if not request.isascii():
                print("   ASCII, please")
                continue
            try:
                client_socket.sendall(request.upper().ljust(4).encode())
                header = answers.read(4)
                if len(header) < 4 or not header.isdigit():
                    break
                body = answers.read(int(header))
                if len(body) < int(header):
                    break
            except OSError:
                print("   the server is gone")
                break
            print("  ", body.decode("utf-8", "replace"))


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    try:
        if recv_exactly(client_socket, 2) == b"Hi":
            client_socket.sendall(b"TIME=clock NAME=name RAND=number 1-10 EXIT=leave".ljust(48))
            return client_socket, recv_exactly(client_socket, 4).decode("ascii", "replace")
    except OSError:
        pass
    return client_socket, ""


def serve_requests(request, client_socket):
    with client_socket, client_socket.makefile("rb") as requests:
        while request and request != "EXIT":
            if request == "TIME":
                body = time.strftime("%x %X")
            elif request == "NAME":
                body = "reader"
            elif request == "RAND":
                body = str(random.randint(1, 10))
            else:
                body = "try TIME, NAME, RAND, EXIT"
            try:
                client_socket.sendall(f"{len(body):>04}{body}".encode())
                data = requests.read(4)
            except OSError:
                break
            request = data.decode("ascii", "replace") if len(data) == 4 else ""
