"""The TCP segments of which a conversation may have consisted: what Wireshark shows of a trace.

A tap sees what programs hand to TCP, and not what TCP makes of it. So the segments are made up, as TCP
would send them on loopback: a handshake of three, what one call sent in one segment, an answer to
each, a farewell. Nothing comes late, twice or in another order.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lenproto.lab.call import SENDING, Call

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16  # the flags of a segment, see RFC 9293, 3.1
MOST_BYTES = 65_495  # in a segment on loopback: the 65,535 of its packets without two headers
APART = 1_000_000  # the first sequence numbers of two ends, so that one tells them apart
OTHER = {"client": "server", "server": "client"}


class Segment(NamedTuple):
    """A segment: which end of which connection sent it when, its flags, numbers and bytes; the call it is of."""

    at_s: float  # seconds since the trace began
    connection: int  # negative for one that was refused
    sender: str  # "client" or "server"
    flags: int
    sequence: int
    acknowledges: int
    data: bytes
    call: Call


@dataclass
class _Connection:
    """How far a connection has come: each end's next sequence number, and which ends have sent their last byte."""

    number: int
    sequence: dict[str, int] = field(default_factory=lambda: {"client": 0, "server": APART})
    ended: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)  # the ends that do not read any more, either
    reset: bool = False


def segments(
    calls: Sequence[Call], whole: Container[int], heard: Mapping[str | None, set[int | None]]
) -> Iterator[Segment]:
    """Yield the segments of these calls, which are in order.

    whole: the connections whose beginning is among them; heard: by sender, those of which the bytes
    are the ones that were received, not sent.
    """
    found: dict[int, _Connection] = {}
    refused, at_s = 0, 0.0
    for call in calls:
        # what was sent left when the call began; what came had come when it ended
        moment = call.started if call.name in SENDING or call.ended is None else call.ended
        at_s = max(at_s, moment)
        if call.name.startswith("connect") and isinstance(call.result, ConnectionRefusedError):
            refused -= 1
            yield from _refused(refused, call, at_s)
        elif call.connection is not None:
            if call.connection not in found:
                found[call.connection] = _Connection(call.connection)
                if call.connection in whole:
                    yield from _hello(found[call.connection], call, at_s)
            connection = found[call.connection]
            taken = call.sender and (call.name in SENDING) != (
                call.connection in heard[call.sender]
            )
            yield from _of_call(connection, call, at_s, calls, call.data if taken else b"")


def _of_call(
    connection: _Connection, call: Call, at_s: float, calls: Sequence[Call], data: bytes
) -> Iterator[Segment]:
    """The segments of one call, with these bytes of it."""
    if connection.reset:
        return
    if data:
        yield from _bytes(connection, call, at_s, call.sender or call.side, data)
    elif call.name == "close":
        yield from _goodbye(connection, call, at_s, by_reset=_cuts(call, calls))
        connection.closed.add(call.side)
    elif call.name == "shutdown" and call.argument != 0 and call.result is None:  # 0 is SHUT_RD
        yield from _goodbye(connection, call, at_s)


def _segment(
    connection: _Connection, call: Call, at_s: float, sender: str, flags: int, data: bytes = b""
) -> Segment:
    """The next segment of an end; SYN, FIN and each byte take a sequence number."""
    own, other = connection.sequence[sender], connection.sequence[OTHER[sender]]
    connection.sequence[sender] += len(data) + bool(flags & (SYN | FIN))
    acknowledges = other if flags & ACK else 0
    return Segment(at_s, connection.number, sender, flags, own, acknowledges, data, call)


def _hello(connection: _Connection, call: Call, at_s: float) -> Iterator[Segment]:
    """The three segments with which a connection begins."""
    yield _segment(connection, call, at_s, "client", SYN)
    yield _segment(connection, call, at_s, "server", SYN | ACK)
    yield _segment(connection, call, at_s, "client", ACK)


def _refused(number: int, call: Call, at_s: float) -> Iterator[Segment]:
    """What a caller gets where nobody listens."""
    connection = _Connection(number)
    yield _segment(connection, call, at_s, "client", SYN)
    connection.sequence["server"] = 0
    yield _segment(connection, call, at_s, "server", RST | ACK)


def _bytes(
    connection: _Connection, call: Call, at_s: float, sender: str, data: bytes
) -> Iterator[Segment]:
    """The bytes of a call, and the other end's answer: it has them; or, where it has closed, a reset."""
    for start in range(0, len(data), MOST_BYTES):
        piece = data[start : start + MOST_BYTES]
        yield _segment(connection, call, at_s, sender, PSH | ACK, piece)
        connection.reset = OTHER[sender] in connection.closed
        yield _segment(connection, call, at_s, OTHER[sender], RST if connection.reset else ACK)
        if connection.reset:
            return


def _goodbye(
    connection: _Connection, call: Call, at_s: float, by_reset: bool = False
) -> Iterator[Segment]:
    """The end of what one side sends, and the other's answer to it; nothing if it has ended."""
    if by_reset:
        connection.reset = True
        yield _segment(connection, call, at_s, call.side, RST | ACK)
    elif call.side not in connection.ended:
        connection.ended.add(call.side)
        yield _segment(connection, call, at_s, call.side, FIN | ACK)
        yield _segment(connection, call, at_s, OTHER[call.side], ACK)


def _cuts(close: Call, calls: Sequence[Call]) -> bool:
    """Whether a close was a reset: the other side's later call says so."""
    return any(
        call.connection == close.connection
        and call.side != close.side
        and isinstance(call.result, ConnectionResetError)
        for call in calls
    )
