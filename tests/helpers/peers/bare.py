"""Peers made of bare sockets and struct. They know the bytes of the protocol, and nothing of lenproto."""

import contextlib
import os
import socket
import struct
import threading

TIME_LIMIT_S = 60  # for every socket, thread and process in the tests: none may hang


def connect(address, *, receive_buffer_bytes=None):
    """Return a socket connected to address, with a time limit, which sends each piece at once."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if receive_buffer_bytes:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        sock.settimeout(TIME_LIMIT_S)
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def reset(sock):
    """Close the socket with a RST instead of a FIN: the cable is cut, the program is killed."""
    on, seconds = 1, 0
    sock.setsockopt(
        socket.SOL_SOCKET,
        socket.SO_LINGER,
        struct.pack("hh" if os.name == "nt" else "ii", on, seconds),
    )
    sock.close()


def read(sock, n):
    """Return the next n bytes; fail if the stream ends before."""
    received = b""
    while len(received) < n:
        piece = sock.recv(n - len(received))
        assert piece, f"the stream ended after {received!r}, {n} bytes were due"
        received += piece
    return received


def read_to_the_end(sock):
    """Return all that comes until the other side closes or resets; TimeoutError if it does neither."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := sock.recv(65536):
            received += piece
    return received


def read_answer(sock):
    """Return the body of the next answer, as bytes."""
    (header,) = struct.unpack("4s", read(sock, 4))
    assert all(byte in b"0123456789" for byte in header), header
    return read(sock, int(header))


def converse(address, *requests):
    """Be a well-behaved client: ask, say EXIT, see the stream end. Return the greeting and the answers."""
    with connect(address) as sock:
        sock.sendall(b"Hi")
        greeting = read(sock, 48)
        answers = []
        for request in requests:
            sock.sendall(struct.pack("4s", request))
            answers.append(read_answer(sock))
        sock.sendall(b"EXIT")
        assert read_to_the_end(sock) == b"", "EXIT is not answered"
    return greeting, answers


class ScriptedServer:
    """A server that runs a script, script(sock), on its first client, in a thread that leaving the block joins.

    What the script raises is raised again at the end of the block.
    """

    def __init__(self, script):
        self.script, self.error = script, None

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIME_LIMIT_S)
        self.address = self.listener.getsockname()
        self.thread = threading.Thread(target=self.run, name="scripted server")
        self.thread.start()
        return self

    def run(self):
        try:
            sock, _ = self.listener.accept()
            with sock:
                sock.settimeout(TIME_LIMIT_S)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.script(sock)
        except BaseException as error:
            self.error = error

    def __exit__(self, kind, *_):
        self.thread.join(2 * TIME_LIMIT_S)
        self.listener.close()
        if self.error and kind is None:
            raise self.error


class SmallPieces(socket.socket):
    """A socket that never receives or sends more than a few bytes at once, as TCP may at any time."""

    piece_bytes = 1

    @classmethod
    def of(cls, sock, piece_bytes=1):
        """Return the same connection in small pieces. It takes the socket over: the caller closes what is returned."""
        limit_s = sock.gettimeout()
        small = cls(fileno=sock.detach())
        small.settimeout(limit_s)
        small.piece_bytes = piece_bytes
        return small

    def recv(self, n):
        return super().recv(min(n, self.piece_bytes))

    def send(self, data):
        return super().send(data[: self.piece_bytes])

    def accept(self):
        sock, address = super().accept()
        return type(self).of(sock, self.piece_bytes), address
