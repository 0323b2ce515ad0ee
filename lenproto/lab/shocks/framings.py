"""Other ways to tell where a message ends, and the shocks of such a protocol.

Handshake and greeting stay as they are. What changes is how a request goes on the wire, and how an
answer is read: ours has four bytes for the one, four digits before the other.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from lenproto.lab.shocks.script import (
    ExpectAnswer,
    Flood,
    Receive,
    Send,
    by_digits,
    not_met,
    read_body,
)
from lenproto.wire import HANDSHAKE, REQUEST_BYTES


@dataclass(frozen=True)
class Framing:
    """How a request of four bytes goes on the wire, and how the body of an answer is read."""

    pack: Callable[[bytes], bytes]
    read: Callable[[Receive], bytes]

    def script(self, steps):
        """Return the steps of a shock of our protocol, as they are in this one.

        What was cut within a request is cut at the same share of it.
        """
        said = b"".join(step.data for step in steps if type(step) is Send)
        ends = self._ends(said)
        if ends is None:  # it does not speak the protocol
            return tuple(steps)
        now = HANDSHAKE + b"".join(map(self.pack, _requests(said)))
        found, at = [], 0
        for step in steps:
            if type(step) is Send:
                data, at = now[ends[at] : ends[at + len(step.data)]], at + len(step.data)
                found.append(replace(step, data=data))
            elif type(step) is Flood:
                found.append(replace(step, data=self.pack(step.data)))
            else:
                is_answer = isinstance(step, ExpectAnswer)
                found.append(replace(step, read=self.read) if is_answer else step)
        return tuple(found)

    def _ends(self, said):
        """Where each byte of ours begins here, and where the last one ends; None where they begin otherwise."""
        if not said.startswith(HANDSHAKE):
            return None
        ends = list(range(len(HANDSHAKE) + 1))
        for request in _requests(said):
            size = len(self.pack(request))
            shares = range(1, REQUEST_BYTES + 1)
            ends += [ends[-1] + size * share // REQUEST_BYTES for share in shares]
        return ends


def _requests(said):
    """The requests that a client says; one that is not whole, filled up."""
    asked = said[len(HANDSHAKE) :]
    return [
        asked[at : at + REQUEST_BYTES].ljust(REQUEST_BYTES)
        for at in range(0, len(asked), REQUEST_BYTES)
    ]


def _counted(body):
    """A body behind its length, a number of two bytes, the larger part first."""
    return struct.pack("!H", len(body)) + body


def _by_number(receive):
    """The body behind such a length."""
    header = receive(2)
    if len(header) < 2:
        raise not_met("ended-in-header", got=len(header), n=2)
    return read_body(receive, *struct.unpack("!H", header))


def _by_newline(receive):
    """A body up to its newline."""
    line = b""
    while not line.endswith(b"\n"):
        if not (piece := receive(1)):
            raise not_met("ended-in-line", got=len(line))
        line += piece
    return line[:-1]


OURS = Framing(bytes, by_digits)
BINARY = Framing(_counted, _by_number)
LINES = Framing(lambda body: body + b"\n", _by_newline)
