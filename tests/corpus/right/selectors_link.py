"""Non-blocking sockets behind a selectors-based Link."""
import random
import selectors
import socket
import time
from datetime import datetime


class LinkDown(Exception):
    """The peer closed, reset, or fell silent."""


class Link:
    """Borrows a socket: non-blocking inside the with, as it was after it."""

    def __init__(self, sock, default_limit):
        self.sock = sock
        self.before = sock.gettimeout()
        self.limit = self.before if self.before else default_limit

    def __enter__(self):
        self.sock.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.sock, selectors.EVENT_READ)
        return self

    def __exit__(self, *_):
        self.selector.close()
        self.sock.settimeout(self.before)

    def _wait(self, event, until):
        self.selector.modify(self.sock, event)
        if not self.selector.select(max(0.0, until - time.monotonic())):
            raise LinkDown("timed out")

    def get(self, n):
        got = bytearray()
        until = time.monotonic() + self.limit
        while len(got) < n:
            self._wait(selectors.EVENT_READ, until)
            try:
                part = self.sock.recv(n - len(got))
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as problem:
                raise LinkDown(str(problem)) from problem
            if not part:
                raise LinkDown("the other side closed")
            got += part
            until = time.monotonic() + self.limit
        return bytes(got)

    def put(self, data):
        until = time.monotonic() + self.limit
        while data:
            self._wait(selectors.EVENT_WRITE, until)
            try:
                data = data[self.sock.send(data):]
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as problem:
                raise LinkDown(str(problem)) from problem
            until = time.monotonic() + self.limit


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.settimeout(10)
        sock.connect((ip, port))
        with Link(sock, 10) as link:
            link.put(b"Hi")
            text = link.get(48).decode("ascii", "replace")
    except (OSError, LinkDown, ValueError, OverflowError, TypeError) as problem:
        sock.close()
        print("Contact failed:", problem)
        return (False, "", None)
    print(text.strip())
    return (True, text, sock)


def send_requests(answer, client_socket):
    while answer:
        try:
            asked = input("> ")
        except EOFError:
            break
        asked = asked[:4]
        try:
            asked = asked.encode("ascii")
        except UnicodeError:
            print("ASCII only")
            continue
        try:
            with Link(client_socket, 10) as link:
                link.put(asked.upper().ljust(4))
                head = link.get(4)
                if not head.isdigit():
                    raise LinkDown("a length which is no number")
                body = link.get(int(head))
        except (LinkDown, OSError) as problem:
            print("(%s)" % problem)
            break
        print(body.decode("utf-8", "replace"))
    client_socket.close()


def initial_listen(ip, port):
    sock = socket.socket()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen()
    except BaseException:
        sock.close()
        raise
    return sock


MENU = "This server knows TIME, NAME, RAND and EXIT".ljust(48, " ").encode("ascii")


def check_client(server_socket):
    sock, _ = server_socket.accept()
    try:
        with Link(sock, 300) as link:
            if link.get(2) != b"Hi":
                raise LinkDown("a wrong handshake")
            link.put(MENU)
            return sock, link.get(4).decode("latin-1")
    except LinkDown:
        sock.close()
        return sock, ""


def _answer(request):
    if request == "TIME":
        return datetime.now().strftime("%H:%M:%S on %Y-%m-%d")
    if request == "NAME":
        return "lab server " + socket.gethostname()
    if request == "RAND":
        return str(random.randint(1, 10))
    return "unknown request %r - known: TIME NAME RAND EXIT" % request


def serve_requests(request, client_socket):
    try:
        if request == "":
            return
        with Link(client_socket, 300) as link:
            while request != "EXIT":
                body = _answer(request).encode("utf-8")
                if len(body) > 9999:
                    raise ValueError("body over 9999 bytes")
                link.put(b"%04d" % len(body) + body)
                request = link.get(4).decode("latin-1")
    except LinkDown:
        pass
    finally:
        client_socket.close()
