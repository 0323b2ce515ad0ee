"""Event emitter: on("greeting", ...), emit("error", ...)"""
import platform
import random
import socket
import sys
import time
from collections import defaultdict


class Emitter:
    def __init__(self):
        self.listeners = defaultdict(list)

    def on(self, event, listener=None):
        if listener is None:            # as a decorator
            return lambda f: self.on(event, f)
        self.listeners[event].append(listener)
        return listener

    def emit(self, event, *args):
        for listener in list(self.listeners[event]):
            listener(*args)
        return bool(self.listeners[event])


class Peer(Emitter):
    """Events: data(bytes) when as many as wanted came, end(why)."""

    def __init__(self, sock):
        super().__init__()
        self.sock = sock
        self.open = True
        self.wanted = 0
        self.next_event = None

    def want(self, n, event):
        self.wanted, self.next_event = n, event

    def send(self, data):
        if self.open:
            try:
                self.sock.sendall(data)
            except OSError as e:
                self.end(e)

    def end(self, why):
        if self.open:
            self.open = False
            self.emit("end", why)

    def pump(self):
        """until nobody wants anything"""
        while self.open and self.next_event is not None:
            n, event = self.wanted, self.next_event
            self.next_event = None
            data = b""
            try:
                while len(data) < n:
                    part = self.sock.recv(n - len(data))
                    if not part:
                        raise ConnectionError("peer ended the stream")
                    data += part
            except OSError as e:
                self.end(e)
            else:
                self.emit(event, data)


CLIENT_SECONDS = 10
SERVER_SECONDS = 300


def initial_contact(ip, port):
    sock = socket.socket()
    sock.settimeout(CLIENT_SECONDS)
    result = [False, "", None]
    peer = Peer(sock)

    @peer.on("end")
    def _(why):
        print("no contact:", why)
        sock.close()

    @peer.on("greeting")
    def _(data):
        text = data.decode("ascii", "replace")
        print(text)
        result[:] = True, text, sock

    try:
        sock.connect((ip, port))
    except Exception as e:
        peer.end(e)
    peer.want(48, "greeting")
    peer.send(b"Hi")
    peer.pump()
    return tuple(result)


def send_requests(answer, client_socket):
    peer = Peer(client_socket)
    peer.on("end", lambda why: print("the end:", why))

    @peer.on("prompt")
    def _():
        while True:
            try:
                word = input("emit> ")[:4]
            except EOFError:
                return peer.end("no more input")
            if word.isascii():
                break
            print("not emitted: no ASCII")
        peer.want(4, "length")
        peer.send(word.upper().ljust(4).encode("ascii"))

    @peer.on("length")
    def _(data):
        if data.isdigit():
            peer.want(int(data), "body")
        else:
            peer.end("length was %r" % data)

    @peer.on("body")
    def _(data):
        print(data.decode("utf-8", "replace"))
        peer.emit("prompt")

    if answer:
        peer.emit("prompt")
        peer.pump()
    client_socket.close()


def initial_listen(ip, port):
    sock = socket.socket()
    try:
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen(5)
    except BaseException:
        sock.close()
        raise
    return sock


commands = Emitter()
commands.on("TIME", lambda reply: reply(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()) + "Z"))
commands.on("NAME", lambda reply: reply(platform.node() or "emitter"))
commands.on("RAND", lambda reply: reply(str(random.randint(1, 10))))
KNOWN = list(commands.listeners) + ["EXIT"]


def check_client(server_socket):
    server_socket.settimeout(None)
    sock, _ = server_socket.accept()
    sock.settimeout(SERVER_SECONDS)
    peer = Peer(sock)
    result = [sock, ""]

    @peer.on("handshake")
    def _(data):
        if data != b"Hi":
            return peer.end("bad handshake")
        greeting = ("on: " + " on: ".join(KNOWN)).ljust(48)
        if len(greeting) > 48:
            raise ValueError("too many events for the greeting")
        peer.want(4, "request")
        peer.send(greeting.encode("ascii"))

    peer.on("request", lambda data: result.__setitem__(1, data.decode("latin-1")))
    peer.on("end", lambda why: sock.close())
    peer.want(2, "handshake")
    peer.pump()
    return result


def serve_requests(request, client_socket):
    peer = Peer(client_socket)

    def reply(text):
        body = text.encode("utf-8")
        peer.want(4, "request")
        peer.send(str(len(body)).zfill(4).encode("ascii") + body)

    def handle(text):
        if text in ("", "EXIT"):
            peer.end("done")
        elif text in KNOWN:
            commands.emit(text, reply)
        else:
            reply("no listener for this event; there are " + ", ".join(KNOWN))

    peer.on("request", lambda data: handle(data.decode("latin-1")))
    handle(request)
    peer.pump()
    client_socket.close()
