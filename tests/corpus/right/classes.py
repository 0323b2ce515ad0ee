"""Two classes; the five functions are their methods."""

import datetime
import os
import random
import socket


class Wire:
    """What both sides need."""

    HI = b"Hi"
    GREETING_LEN = 48
    LEN = 4

    @staticmethod
    def recv(sock, n):
        data = b""
        while len(data) != n:
            more = sock.recv(n - len(data))
            if not more:
                raise ConnectionError("connection closed by the other side")
            data += more
        return data


class Server(Wire):
    def __init__(self):
        self.clients = 0
        self.table = {"TIME": self.time, "NAME": self.name, "RAND": self.rand}

    def time(self):
        return datetime.datetime.now().strftime("%d.%m.%Y %H:%M")

    def name(self):
        return self.__class__.__name__ + " of " + socket.gethostname()

    def rand(self):
        return str(random.randint(1, 10))

    def unknown(self):
        return "Please ask for one of " + ", ".join(self.table) + ", EXIT"

    def greeting(self):
        text = "Server ready: " + ", ".join(self.table) + ", EXIT"
        return text.ljust(self.GREETING_LEN).encode()

    def initial_listen(self, ip, port):
        sock = socket.socket()
        try:
            if os.name == "posix":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((ip, port))
            sock.listen()
        except Exception:
            sock.close()
            raise
        return sock

    def check_client(self, server_socket):
        sock, address = server_socket.accept()
        self.clients += 1
        try:
            if self.recv(sock, 2) != self.HI:
                return sock, ""
            sock.sendall(self.greeting())
            return sock, self.recv(sock, self.LEN).decode("latin-1")
        except OSError:
            return sock, ""

    def serve_requests(self, request, sock):
        try:
            while request not in ("EXIT", ""):
                answer = self.table.get(request, self.unknown)().encode()
                sock.sendall(f"{len(answer):04d}".encode() + answer)
                request = self.recv(sock, self.LEN).decode("latin-1")
        except OSError:
            print("client left without saying EXIT")
        finally:
            sock.close()


class Client(Wire):
    def initial_contact(self, ip, port):
        sock = socket.socket()
        try:
            sock.connect((ip, port))
            sock.sendall(self.HI)
            text = self.recv(sock, self.GREETING_LEN).decode("ascii", "ignore")
        except (OSError, OverflowError, ValueError) as problem:
            sock.close()
            print("There was a problem:", problem)
            return False, "", None
        print(text)
        return True, text, sock

    def send_requests(self, answer, sock):
        try:
            while answer:
                self.send(sock)
                header = self.recv(sock, self.LEN)
                if not header.isdigit():
                    break
                answer = self.recv(sock, int(header)) or b" "
                print(answer.decode("utf-8", "replace"))
        except OSError as problem:
            print("bye:", problem)
        finally:
            sock.close()

    def send(self, sock):
        request = input("Request? ")[: self.LEN]
        if not request.isascii():
            print("Use A-Z")
            return self.send(sock)
        sock.sendall(request.upper().ljust(self.LEN).encode())


_server, _client = Server(), Client()
initial_listen = _server.initial_listen
check_client = _server.check_client
serve_requests = _server.serve_requests
initial_contact = _client.initial_contact
send_requests = _client.send_requests

if __name__ == "__main__":
    main_socket = initial_listen("127.0.0.1", 8820)
    while True:
        one, its_request = check_client(main_socket)
        serve_requests(its_request, one)
