"""A class of socket that can do more; the functions also take an ordinary one."""
import os
import random
import socket
import time


class TalkSocket(socket.socket):
    TIME_FOR_ANSWER = 10

    def read_exactly(self, n):
        data = bytearray(n)
        view = memoryview(data)
        while len(view):
            k = self.recv_into(view)
            if k == 0:
                raise EOFError("end of stream")
            view = view[k:]
        return bytes(data)

    def write_text(self, text):
        self.sendall(text.encode("utf-8"))

    def write_framed(self, text):
        b = text.encode("utf-8")
        if len(b) >= 10000:
            raise ValueError("too long for 4 digits")
        self.sendall(b"%04d" % len(b) + b)


# the functions may also get an ordinary socket: call TalkSocket.method(sock, ...)
read_exactly = TalkSocket.read_exactly
write_framed = TalkSocket.write_framed
write_text = TalkSocket.write_text


def initial_contact(ip, port):
    s = TalkSocket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        s.settimeout(TalkSocket.TIME_FOR_ANSWER)
        s.connect((ip, port))
        s.write_text("Hi")
        greeting = s.read_exactly(48).decode("ascii", "replace")
        print(greeting)
        return True, greeting, s
    except EOFError:
        print("Server closed before it greeted")
    except Exception as e:
        print("Error:", e)
    s.close()
    return False, "", None


def send_requests(answer, client_socket):
    client_socket.settimeout(TalkSocket.TIME_FOR_ANSWER)
    try:
        while answer:
            request = ask()
            if request is None:
                break
            write_text(client_socket, request)
            length = read_exactly(client_socket, 4)
            if not length.isdigit():
                print("Bad length, I stop")
                break
            text = read_exactly(client_socket, int(length)).decode("utf-8", "replace")
            print("Answer:", text)
    except EOFError:
        print("Server has ended the talk")
    except OSError as e:
        print("Error:", e)
    client_socket.close()


def ask():
    while True:
        try:
            line = input("Request: ")
        except EOFError:
            return None
        line = line[:4]
        if line.isascii():
            return line.upper().ljust(4)
        print("ASCII only")


def initial_listen(ip, port):
    s = TalkSocket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((ip, port))
        s.listen(5)
        s.settimeout(None)
    except BaseException:
        s.close()
        raise
    return s


def check_client(server_socket):
    while True:
        try:
            plain, _ = server_socket.accept()
            break
        except socket.timeout:
            continue
    s = TalkSocket(fileno=plain.detach())
    s.settimeout(300)
    try:
        if s.read_exactly(2) == b"Hi":
            s.write_text("{:^48}".format("*** TIME *** NAME *** RAND *** EXIT ***"))
            return s, s.read_exactly(4).decode("latin-1")
        print("wrong handshake")
    except (OSError, EOFError) as e:
        print("lost:", e)
    return s, ""


class Answers:
    def TIME(self):
        return "%s (day %s of the year)" % (time.strftime("%d.%m.%Y %H:%M:%S"), time.strftime("%j"))

    def NAME(self):
        return "Nadav's " + socket.gethostname()

    def RAND(self):
        return repr(random.randint(1, 10))


def serve_requests(request, client_socket):
    answers = Answers()
    known = ["TIME", "NAME", "RAND"]
    try:
        while request and request != "EXIT":
            if request in known:
                write_framed(client_socket, getattr(answers, request)())
            else:
                write_framed(client_socket, "please ask for %s or EXIT" % ", ".join(known))
            request = read_exactly(client_socket, 4).decode("latin-1")
    except (EOFError, OSError):
        pass
    finally:
        client_socket.close()
