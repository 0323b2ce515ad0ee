"""Which byte of a stream is which field of HTTP/1.1, as far as a lesson needs it (RFC 9112)."""

import math
import re

from lenproto.lab.fields import Cutter, Span

EMPTY_LINE = b"\r\n\r\n"  # the end of the line before it, and itself
HEADS = {"client": "request", "server": "header"}
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)


class HttpCutter(Cutter):
    """Names a client's requests, and the header and body of a server's answers.

    A request and a header end with an empty line; a body has as many bytes as the line
    Content-Length before it says. Nothing else that HTTP knows is known here.
    """

    port = 80

    def __init__(self, sender):
        super().__init__(sender)
        self._head = b""  # of the message that is being read
        self._next = Span(HEADS.get(sender, "unknown"), 0, math.inf)

    def _begins_well(self, first):
        return True  # a request may begin with any method

    def _look(self, data, start):
        """Find the empty line; data begins at start."""
        if self._next.name not in HEADS.values() or self._next.size != math.inf:
            return
        self._head += data[self._next.start + len(self._head) - start :]
        end = self._head.find(EMPTY_LINE)
        if end >= 0:
            self._next = self._next._replace(size=end + len(EMPTY_LINE))
            self._head = self._head[: self._next.size]

    def _after(self, name):
        """Which field follows on one of this name: name, start (not known here), size."""
        head, self._head = self._head, b""
        if name != "body" and (length := LENGTH.search(head)):
            return "body", 0, int(length[1])
        return HEADS[self.sender], 0, math.inf
