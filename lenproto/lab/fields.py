"""Which byte of a stream is which field of the protocol."""

import bisect
import math
from collections.abc import Callable
from typing import NamedTuple

from lenproto.wire import DEFAULT_PORT, GREETING_BYTES, HANDSHAKE, HEADER_BYTES, REQUEST_BYTES

# What each end sends, in bytes: first this field, then the next one, again and again. Wireshark's dissector
# is made of the same table, see wireshark.py.
FIRST = {"client": ("handshake", len(HANDSHAKE)), "server": ("greeting", GREETING_BYTES)}
NEXT = {"client": ("request", REQUEST_BYTES), "server": ("header", HEADER_BYTES)}
# a field whose digits say how many bytes follow → what those are
COUNTS = {"header": "body"}

# in one stream; after them all is "unknown", for who floods a socket sends no fields
MOST_FIELDS = 20_000


class Span(NamedTuple):
    """A field and its place in its stream, in bytes; size is infinite where nothing tells where it ends."""

    name: str  # handshake, greeting, request, header, body, or unknown
    start: int
    size: float

    @property
    def stop(self):
        return self.start + self.size


class Field(NamedTuple):
    """A run of bytes that belong together: where in which stream they stand, and what they are."""

    connection: int | None
    sender: str  # "client" or "server"
    start: int  # offset in bytes from the beginning of what this end sent
    name: str  # handshake, greeting, request, header, body, or unknown
    data: bytes


class Cutter:
    """Names the bytes of one stream, from "client" or "server", as they come; None: nobody knows what they are.

    A client that does not begin with the handshake speaks another protocol: all of it is "unknown".
    """

    port = DEFAULT_PORT  # at which Wireshark expects the protocol
    _begin = FIRST  # by sender

    def __init__(self, sender):
        self.sender = sender
        self.length = 0  # bytes so far
        self._first = b""  # the first of them
        self._spans = []  # the complete ones
        self._digits = b""  # of the header that is being read, or was last
        name, size = self._begin.get(sender, ("unknown", math.inf))
        self._next = Span(name, 0, size)

    def feed(self, data):
        """Take in the bytes that follow."""
        start, self.length = self.length, self.length + len(data)
        self._first += data[: len(HANDSHAKE) - len(self._first)]
        if self.sender and not self._begins_well(self._first):
            self.sender, self._spans, self._next = None, [], Span("unknown", 0, math.inf)
        while True:
            self._look(data, start)
            if self._next.stop > self.length:
                return
            if self._next.size:  # a body of 0 bytes has no place of its own
                self._spans.append(self._next)
            full = len(self._spans) == MOST_FIELDS
            self._next = Span(
                *(("unknown", 0, math.inf) if full else self._after(self._next.name))
            )._replace(start=self._next.stop)

    @property
    def is_known(self):
        """Whether it is known what the bytes are."""
        return self.sender is not None

    def spans(self):
        """Return all Spans of which a byte has come, in order; the last may be incomplete."""
        return self._spans + ([self._next] if self.length > self._next.start else [])

    def cut(self, start, stop):
        """Return (Span, start, stop) for each field of which some bytes lie in this range."""
        first = max(bisect.bisect_right(self._spans, start, key=lambda span: span.start) - 1, 0)
        pieces = []
        for span in (*self._spans[first:], self._next):
            if span.start >= stop:
                break
            if span.stop > start:
                pieces.append((span, max(start, span.start), min(stop, span.stop)))
        return pieces

    def _begins_well(self, head):
        """Whether these may be the first bytes of the stream."""
        return self.sender != "client" or HANDSHAKE.startswith(head)

    def _look(self, data, start):
        """Note what the bytes say about the sizes of fields; data begins at start."""
        if self._next.name in COUNTS:
            seen = self._next.start + len(self._digits) - start
            self._digits += data[seen : self._next.stop - start]

    def _after(self, name):
        """Which field follows on one of this name: name, start (not known here), size."""
        if name in COUNTS:
            if not self._digits.isdigit():
                return "unknown", 0, math.inf
            return COUNTS[name], 0, int(self._digits)
        self._digits = b""
        name, size = NEXT[self.sender]
        return name, 0, size


class LaterCutter(Cutter):
    """The same for a stream of which the handshake is not there: it begins with a request, or with a header."""

    _begin = NEXT

    def _begins_well(self, head):
        return True


def fields(
    sender: str, stream: bytes, make: Callable[[str], Cutter] = Cutter
) -> list[tuple[str, int, int]]:
    """Name every byte that "client" or "server" sent: a list of (field, start, stop), in order.

    The last field may be incomplete. After a header that is none, all the rest is "unknown",
    for nothing tells any more where a field begins. make makes the Cutter of another protocol.
    """
    cutter = make(sender)
    cutter.feed(stream)
    return [(span.name, span.start, min(span.stop, len(stream))) for span in cutter.spans()]
