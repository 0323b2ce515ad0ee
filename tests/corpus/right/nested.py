"""Every helper is a function inside the function that needs it; the imports, too."""


def initial_contact(ip, port):
    import socket

    def fail(reason):
        print("ERROR:", reason)
        sock.close()
        return False, "", None

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        greeting = b""
        for _ in range(48):
            byte = sock.recv(1)
            if not byte:
                return fail("the server closed the connection")
            greeting += byte
    except ConnectionRefusedError:
        return fail("nobody listens there")
    except TimeoutError:
        return fail("the server is silent")
    except (OSError, OverflowError, ValueError) as e:
        return fail(e)
    greeting = greeting.decode("ascii", "replace")
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    def field(n):
        result = b""
        for _ in range(n):
            byte = client_socket.recv(1)
            if not byte:
                raise ConnectionError("the server closed the connection")
            result += byte
        return result

    def question():
        while True:
            line = input("TIME/NAME/RAND/EXIT? ")[:4]
            try:
                line.encode("ascii")
            except UnicodeEncodeError:
                print("English letters only")
            else:
                return line.upper().ljust(4).encode("ascii")

    while answer:
        try:
            client_socket.sendall(question())
            header = field(4)
            if not header.isdigit():
                raise ConnectionError(f"strange length {header}")
            answer = header + field(int(header))
        except OSError as e:
            print("END:", e)
            answer = b""
        else:
            print(answer[4:].decode("utf-8", "replace"))
    client_socket.close()


def initial_listen(ip, port):
    import os
    import socket

    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server_socket.bind((ip, port))
        server_socket.listen(5)
    except Exception:
        server_socket.close()
        raise
    else:
        return server_socket


def check_client(server_socket):
    def field(n):
        result = b""
        for _ in range(n):
            byte = client_socket.recv(1)
            if not byte:
                raise ConnectionError
            result += byte
        return result

    client_socket, _ = server_socket.accept()
    try:
        if field(2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(b"Ask TIME, ask NAME, ask RAND, or say EXIT.      ")
        return client_socket, field(4).decode("ascii", "replace")
    except OSError:
        return client_socket, ""


def serve_requests(request, client_socket):
    import datetime
    import random

    def field(n):
        result = b""
        for _ in range(n):
            byte = client_socket.recv(1)
            if not byte:
                raise ConnectionError
            result += byte
        return result

    def answer(text):
        data = text.encode("utf-8")
        header = str(len(data))
        while len(header) < 4:
            header = "0" + header
        client_socket.sendall(header.encode() + data)

    try:
        while True:
            if request == "":
                break
            if request == "EXIT":
                break
            if request == "TIME":
                now = datetime.datetime.now()
                answer(f"It is {now.hour}:{now.minute:02} on {now.day}.{now.month}.{now.year}")
            elif request == "NAME":
                answer("the nested server")
            elif request == "RAND":
                answer(str(random.randint(1, 10)))
            else:
                answer("Sorry, I only understand TIME, NAME, RAND and EXIT")
            request = field(4).decode("ascii", "replace")
    except OSError:
        pass
    client_socket.close()
