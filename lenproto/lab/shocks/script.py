"""Scripts: what a peer does at its socket, step by step, as data; and what it expects of the other side.

play(peer) of a step carries it out. What is said of a step stands in words/*/shocks.toml.
"""

import contextlib
import os
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lenproto.lab.call import literal
from lenproto.wire import HEADER_BYTES, REQUEST_BYTES
from lenproto.words import Words

LIMIT_S = 5.0  # seconds within which what a step expects has to come
FLOOD_S = 120.0  # seconds: nobody floods a program that always reads on for longer,
FLOOD_BYTES = 16 << 20  # once it has taken so much: on a busy computer it may be slow
SHOWN_BYTES = 60  # of one step, in a report
WINDOWS = os.name == "nt"


class NotMet(Exception):
    """What a step expects did not happen: the words that say what did."""

    @property
    def words(self):
        return self.args[0]


def not_met(key, **values):
    """Return the NotMet of this key."""
    return NotMet(Words(f"shocks.problem.{key}", **values))


@dataclass
class Peer:
    """A connected socket, and how long the other side may take for what comes next; what moved in this step."""

    sock: socket.socket
    limit_s: float = LIMIT_S
    sent: bytes = b""
    received: bytes = b""
    by_the_clock = True  # how long it waited is worth telling

    def send(self, data):
        """Send all of it. NotMet where the other side has gone, or does not read."""
        self.sock.settimeout(self.limit_s)
        try:
            self.sock.sendall(data)
        except TimeoutError:
            raise not_met("not-read") from None
        except OSError as error:
            raise not_met("cannot-send", error=type(error).__name__) from None
        self.sent += data

    def receive(self, n, limit_s=None):
        """Receive n bytes; fewer at the end of the stream or at a reset. NotMet where they do not come in time."""
        ends = time.monotonic() + (self.limit_s if limit_s is None else limit_s)
        got = b""
        while len(got) < n:
            left = ends - time.monotonic()
            try:
                if left <= 0:
                    raise TimeoutError
                self.sock.settimeout(left)
                piece = self.sock.recv(n - len(got))
            except TimeoutError:
                some = n > 1 or got
                raise not_met("late" if some else "nothing-came", got=len(got), n=n) from None
            except ConnectionError:
                break
            if not piece:
                break
            got += piece
            self.received += piece
        return got


Receive = Callable[[int], bytes]  # n → n bytes; fewer at the end of the stream


def by_digits(receive: Receive) -> bytes:
    """Read the body of an answer of our protocol. NotMet if it is none."""
    header = receive(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        raise not_met("ended-in-header", got=len(header), n=HEADER_BYTES)
    if not header.isdigit():
        raise not_met("no-length", header=shown(header))
    return read_body(receive, int(header))


def read_body(receive: Receive, size: int) -> bytes:
    """Read a body of so many bytes. NotMet if the stream ends before."""
    body = receive(size)
    if len(body) < size:
        raise not_met("ended-in-answer", got=len(body), n=size)
    return body


class Step:
    """A step of a script. play(peer) carries it out; words say what it is, and so does str()."""

    @property
    def words(self):
        """What the step does, in words: those of its kind."""
        return Words(f"shocks.step.{self.key}")

    def __str__(self):
        return str(self.words)


@dataclass(frozen=True)
class Send(Step):
    """Send bytes: all at once, or in pieces of so many bytes, with a pause after each."""

    data: bytes
    piece: int = 0
    pause_s: float = 0.0

    @property
    def words(self):
        data = shown(self.data)
        if not self.piece:
            return Words("shocks.step.send", data=data)
        piece = _bytes(self.piece)
        if not self.pause_s:
            return Words("shocks.step.send-in-pieces", data=data, piece=piece)
        seconds = f"{self.pause_s:g}"
        return Words("shocks.step.send-slowly", data=data, piece=piece, seconds=seconds)

    def play(self, peer):
        size = self.piece or len(self.data)
        for at in range(0, len(self.data), size):
            peer.send(self.data[at : at + size])
            if self.pause_s:
                time.sleep(self.pause_s)


@dataclass(frozen=True)
class Expect(Step):
    """Expect n bytes; exactly these, where they are given."""

    n: int
    what: Words | str
    exactly: bytes | None = None

    @property
    def words(self):
        return Words("shocks.step.expect", what=self.what, bytes=_bytes(self.n))

    def play(self, peer):
        got = peer.receive(self.n)
        if len(got) < self.n:
            raise not_met("ended", got=len(got), n=self.n, what=self.what)
        if self.exactly is not None and got != self.exactly:
            raise not_met("instead-of", got=shown(got), due=shown(self.exactly))


@dataclass(frozen=True)
class ExpectAnswer(Step):
    """Expect a framed answer in UTF-8, of at least one character; with this text in it, where it is given.

    read(receive) reads its body.
    """

    text: str = ""
    read: Callable[[Receive], bytes] = field(default=by_digits, kw_only=True)

    @property
    def words(self):
        if not self.text:
            return Words("shocks.step.expect-answer")
        return Words("shocks.step.expect-answer-with", text=repr(self.text))

    def play(self, peer):
        body = self.read(peer.receive)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise not_met("no-utf-8", body=shown(body)) from None
        if self.text not in text or not text:
            raise not_met("other-answer", answer=repr(text))


@dataclass(frozen=True)
class ExpectEnd(Step):
    """Expect that the other side ends the connection, within a time, and sends nothing more."""

    within_s: float | None = None

    @property
    def words(self):
        if not self.within_s:
            return Words("shocks.step.expect-end")
        return Words("shocks.step.expect-end-within", seconds=f"{self.within_s:g}")

    def play(self, peer):
        try:
            got = peer.receive(1, self.within_s)
        except NotMet:
            seconds = f"{self.within_s or peer.limit_s:g}"
            key = "still-open-after" if peer.by_the_clock else "still-open"
            raise not_met(key, seconds=seconds) from None
        if got:
            raise not_met("instead", got=shown(got))


@dataclass(frozen=True)
class Goodbye(Step):
    """Expect EXIT, or the end of the connection; then close it."""

    key = "goodbye"

    def play(self, peer):
        got = peer.receive(REQUEST_BYTES)
        if got not in (b"EXIT", b""):
            raise not_met("instead", got=shown(got))
        peer.sock.close()


@dataclass(frozen=True)
class Wait(Step):
    """Say nothing for some seconds."""

    seconds: float

    @property
    def words(self):
        return Words("shocks.step.wait", seconds=f"{self.seconds:g}")

    def play(self, peer):
        time.sleep(self.seconds)


@dataclass(frozen=True)
class ShutDown(Step):
    """Say that nothing more will be sent, and still listen."""

    key = "shut-down"

    def play(self, peer):
        with contextlib.suppress(OSError):
            peer.sock.shutdown(socket.SHUT_WR)


@dataclass(frozen=True)
class Close(Step):
    """Close the connection."""

    key = "close"

    def play(self, peer):
        peer.sock.close()


@dataclass(frozen=True)
class Reset(Step):
    """End the connection with a reset (RST), as a computer does that knows nothing of it any more."""

    key = "reset"

    def play(self, peer):
        peer.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if WINDOWS else "ii", 1, 0)
        )
        peer.sock.close()


@dataclass(frozen=True)
class Flood(Step):
    """Send the same bytes again and again and read nothing, until the other side ends the connection.

    within_s: for how long it may leave the connection open and take nothing more.
    """

    data: bytes
    within_s: float

    @property
    def words(self):
        return Words("shocks.step.flood", data=shown(self.data), seconds=f"{self.within_s:g}")

    def play(self, peer):
        many = left = self.data * 1000
        peer.sock.settimeout(self.within_s)
        taken, ends = 0, time.monotonic() + FLOOD_S
        while taken < FLOOD_BYTES or time.monotonic() < ends:
            try:
                sent = peer.sock.send(left)
                taken, left = taken + sent, left[sent:] or many
            except TimeoutError:
                raise not_met("flooded-open", seconds=f"{self.within_s:g}") from None
            except OSError:  # it has gone
                return
        raise not_met("flooded-on", seconds=f"{FLOOD_S:g}")


def needs_the_clock(script, timeout_s):
    """Whether a script takes most of a time limit, but never the whole of it at once."""
    return any(isinstance(step, Wait) and step.seconds > timeout_s / 2 for step in script)


def floods(script):
    """Whether a script sends without end and never reads."""
    return any(isinstance(step, Flood) for step in script)


def _bytes(n):
    return Words("shocks.count.byte", n=n)


def shown(data):
    if len(data) <= SHOWN_BYTES:
        return literal(data)
    return Words("shocks.shown", data=literal(data[:SHOWN_BYTES]), bytes=_bytes(len(data)))
