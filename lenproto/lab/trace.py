"""What each side did at its sockets, as plain data: a Trace is a list of Calls, in order.

Everything a lesson shows is a view of a Trace. The two text views are here: print(trace) sets the
calls of the two sides beside each other, print(trace.hexdump()) shows every byte and its field.
Both read the same from run to run: ports and times appear only on request.
"""

import bisect
import builtins
import errno
import itertools
import json
import math
import reprlib
import socket
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePath
from typing import Any, ClassVar, NamedTuple, Self

from lenproto.lab.fields import fields
from lenproto.lab.notes import Notes
from lenproto.words import say

SENDING = {"send", "sendall", "sendto", "sendmsg"}
SHUTDOWNS = {socket.SHUT_RD: "SHUT_RD", socket.SHUT_WR: "SHUT_WR", socket.SHUT_RDWR: "SHUT_RDWR"}
RECEIVING = {"recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into"}
SERVER = "server"  # the actor of this name is the server; every other one is a client

FORMAT = "lenproto trace 1"  # of a saved trace

COLUMN = 44  # characters, of each of the two columns of print(trace)
CELL_LINES = 400  # lines of one call that print(trace) shows; the longest body needs 313
DUMP_BYTES = 16  # bytes on a line of a hexdump

_Stream = tuple[int | None, str | None]  # a connection, and the end that sent: "client" or "server"

_PLAIN = {chr(byte) for byte in range(32, 127)} - {'"', "\\"}


class Where(NamedTuple):
    """The place in the actor's own code that made a call."""

    function: str
    line: int
    file: str


@dataclass(slots=True, eq=False)
class Call:
    """One call of a socket method.

    argument is the bytes to send, the number of bytes asked for, or an (ip, port) address; result
    the bytes that came, the number of bytes sent, an address, or the exception; both may be None.
    A call that still blocks has ended None. started and ended are seconds since the trace began.
    connection counts the connections of the trace from 1; None where the socket has none yet. again
    says that a loop went on with the same call and the same result: those are not in the trace.
    """

    actor: str
    name: str
    argument: Any  # a learner's code may pass anything
    where: Where
    started: float
    result: Any = None
    ended: float | None = None
    connection: int | None = None
    again: bool = False

    @property
    def side(self) -> str:
        """At which end it was made: "client" or "server"."""
        return "server" if self.actor == SERVER else "client"

    @property
    def sender(self) -> str | None:
        """Which end put this call's bytes on the wire: "client" or "server"; None if it has none."""
        if not self.data:
            return None
        return "server" if (self.actor == SERVER) == (self.name in SENDING) else "client"

    @property
    def data(self) -> bytes:
        """The bytes that this call really sent or received."""
        succeeded = self.ended is not None and not isinstance(self.result, BaseException)
        if self.name in SENDING and succeeded:
            sent: bytes = self.argument
            return sent[: self.result] if isinstance(self.result, int) else sent
        if self.name in RECEIVING and isinstance(self.result, bytes):
            return self.result
        return b""

    @property
    def at_end_of_stream(self) -> bool:
        """Whether this call read the end of the stream: it asked for bytes, and none will come."""
        return self.name in RECEIVING and self.result == b"" and self.argument != 0

    @property
    def in_vain(self) -> bool:
        """Whether this call has ended and moved nothing: an error, or the end of the stream."""
        return isinstance(self.result, BaseException) or self.at_end_of_stream

    def repeats(self, other: "Call") -> bool:
        """Whether this call is the same as another one: of the same method and bytes, from the same line."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("name", "argument", "where", "connection")
        )

    @property
    def awaits(self) -> str:
        """What a call that blocks waits for, in words."""
        if self.name == "accept":
            return say("stage.awaits.client")
        if self.name in RECEIVING:
            return say("stage.awaits.bytes", n=self.argument)
        return say("stage.awaits.room")

    def text(self, *, ports: bool = False) -> str:
        """The call as Python would write it, such as recv(48); bytes to send as their number."""
        argument = self.argument
        if isinstance(argument, bytes):
            argument = f"{len(argument)} byte" if len(argument) == 1 else f"{len(argument)} bytes"
        elif isinstance(argument, tuple):
            argument = _address(argument, ports)
        elif self.name == "shutdown" and argument in SHUTDOWNS:
            argument = SHUTDOWNS[argument]
        elif argument is not None:
            argument = reprlib.repr(argument)
        return f"{self.name}({'' if argument is None else argument})"

    def outcome(self, *, ports: bool = False) -> str:
        """What became of the call, in a word or two; bytes received as their number."""
        if self.ended is None:
            return say("stage.outcome.waiting")
        if isinstance(self.result, BaseException):
            return type(self.result).__name__
        if self.at_end_of_stream:
            return say("stage.outcome.end")
        if isinstance(self.result, tuple):
            return say("stage.outcome.client", address=_address(self.result, ports))
        if self.name == "connect_ex" and self.result:
            return errno.errorcode.get(self.result, str(self.result))
        if self.name in RECEIVING or self.name in ("send", "sendmsg"):
            return _count(self.result)
        return ""


class Field(NamedTuple):
    """A run of bytes that belong together: where in which stream they stand, and what they are."""

    connection: int | None
    sender: str  # "client" or "server"
    start: int  # offset in bytes from the beginning of what this end sent
    name: str  # handshake, greeting, request, header, body, or unknown
    data: bytes


class _Tally:
    """What some calls of a trace leave for others to get: kept, so that a long conversation stays quick."""

    def __init__(self) -> None:
        self.calls = 0
        self.unread: Counter[_Stream] = Counter()  # bytes, by connection and the end that gets them
        self.ended: set[_Stream] = set()  # where the end of the stream comes after these bytes
        self.connected: dict[int | None, Any] = {}  # connection → where to; not accepted so far
        self.accepted: set[int | None] = {None}

    def count(self, call: Call) -> None:
        """Add one call."""
        self.calls += 1
        if call.name == "accept":
            self.accepted.add(call.connection)
            self.connected.pop(call.connection, None)
        elif call.name.startswith("connect"):
            if call.connection not in self.accepted:
                self.connected[call.connection] = call.argument
        elif call.connection is not None:
            other = call.connection, "client" if call.side == "server" else "server"
            if call.name in RECEIVING:
                self.unread[call.connection, call.side] -= len(call.data)
            elif call.name in SENDING:
                self.unread[other] += len(call.data)
            elif call.name == "close" or (
                call.name == "shutdown" and call.argument != socket.SHUT_RD
            ):
                self.ended.add(other)


class Trace(list[Call]):
    """Calls in the order in which they began.

    whole holds the connections whose beginning is in the trace: only there the position of a byte
    tells its field. notes has, by actor, what a stage notes besides. listeners are called, without
    arguments, after every change.
    """

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        super().__init__(calls)
        self.whole: set[int] = set()
        self.notes: dict[str, Notes] = {}
        self.listeners: list[Callable[[], object]] = []
        self._past = _Tally()  # of the calls before the first one that has not ended
        self._counting = threading.Lock()

    __hash__: ClassVar[Any] = object.__hash__  # a list has none

    def save(self, path: str | PathLike[str]) -> None:
        """Write the trace to a file, as JSON; load(path) gives it back. Raises OSError."""
        calls = [{name: _packed(getattr(call, name)) for name in Call.__slots__} for call in self]
        notes = {actor: each.packed() for actor, each in self.notes.items()}
        text = json.dumps(
            {"format": FORMAT, "whole": sorted(self.whole), "calls": calls, "notes": notes},
            indent=1,
        )
        Path(path).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a trace that was saved. Raises OSError, or ValueError if the file holds something else."""
        try:
            saved = json.loads(Path(path).read_text(encoding="utf-8"))
            if saved["format"] != FORMAT:
                raise ValueError
            trace = cls(
                Call(**{name: _unpacked(value) for name, value in call.items()})
                for call in saved["calls"]
            )
            trace.whole.update(saved["whole"])
            trace.notes = {actor: Notes.unpacked(each) for actor, each in saved["notes"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(say("stage.trace.no-trace", path=path)) from error
        return trace

    def in_order(self) -> list[Call]:
        """Return the calls in the order in which they ended, which does not depend on the clock.

        On a stage, one call at a time was made, and that is the order; who was let go on by a call
        comes after it. Else one side plays until it needs something that the other has not yet
        done, then the other: no byte is read before it is sent, no client accepted before it connects.
        """
        if self.notes:
            return [
                call
                for *_, call in sorted(
                    map(self._place, itertools.count(1), self), key=lambda place: place[:3]
                )
            ]
        waiting: defaultdict[str, deque[Call]] = defaultdict(deque)
        for call in self:
            waiting[call.actor].append(call)
        turns = sorted(waiting, key=lambda actor: (actor != SERVER, actor))
        played = _Played(self, waiting)
        order: list[Call] = []
        while any(waiting.values()):
            before = len(order)
            for actor in turns:
                while waiting[actor] and played.allows(waiting[actor][0]):
                    order.append(played.add(waiting[actor].popleft()))
            if len(order) == before:
                # a time limit is over, or they wait for somebody outside the trace
                first = min((calls[0] for calls in waiting.values() if calls), key=_patience)
                order.append(played.add(waiting[first.actor].popleft()))
        return order

    def made(self, call: Call) -> int | None:
        """Return how many calls had begun when this one ended; None while it blocks."""
        if call.ended is None:
            return None
        return bisect.bisect_left(self, call.ended, key=lambda other: other.started)

    def _place(self, number: int, call: Call) -> tuple[float, bool, int, Call]:
        """Where the number-th call stands in the order of a stage: what to sort by, and the call."""
        made = self.made(call)
        return math.inf if made is None else max(made, number), made != number, number, call

    def fields(self) -> list[Field]:
        """Return the Fields of all bytes of the trace, by connection and sender, in order."""
        found: list[Field] = []
        streams = self._streams()
        for connection, sender in sorted(streams, key=lambda key: (key[0] or 0, key[1])):
            stream = streams[connection, sender]
            is_whole = connection in self.whole
            runs = fields(sender, stream) if is_whole else [("unknown", 0, len(stream))]
            found += [Field(connection, sender, a, name, stream[a:b]) for name, a, b in runs]
        return found

    def is_due(self, call: Call, address: tuple[Any, ...]) -> bool:
        """Whether the trace tells of something that a blocked reading call will yet get.

        For accept a client that connected to this port; else bytes, or the end of the stream.
        """
        with self._counting:
            while self._past.calls < len(self) and self[self._past.calls].ended is not None:
                self._past.count(self[self._past.calls])
            now = _Tally()
            for other in self[self._past.calls :]:
                now.count(other)
            if call.name == "accept":
                known = self._past.accepted | now.accepted
                return any(
                    address[1:2] == to[1:2]
                    for connection, to in (self._past.connected | now.connected).items()
                    if connection not in known
                )
            end = call.connection, call.side
            return (
                end in self._past.ended | now.ended or self._past.unread[end] + now.unread[end] > 0
            )

    def runs(self) -> list[tuple[Call, list[Field]]]:
        """Return (call, Fields) for every call in order: the fields, cut to that call's bytes."""
        named: defaultdict[_Stream, list[Field]] = defaultdict(list)
        for field in self.fields():
            named[field.connection, field.sender].append(field)
        # bytes and fields behind us, by stream and end
        offset: defaultdict[tuple[_Stream, bool], int] = defaultdict(int)
        complete: defaultdict[tuple[_Stream, bool], int] = defaultdict(int)
        result = []
        for call in self.in_order():
            data, stream = call.data, (call.connection, call.sender)
            end = stream, call.name in SENDING
            start = offset[end]
            offset[end] = stop = start + len(data)
            pieces = []
            while data and complete[end] < len(named[stream]):
                field = named[stream][complete[end]]
                a, b = max(start, field.start), min(stop, field.start + len(field.data))
                if a < b:
                    pieces.append(field._replace(start=a, data=data[a - start : b - start]))
                if field.start + len(field.data) > stop:
                    break
                complete[end] += 1
            result.append((call, pieces))
        return result

    def hexdump(self) -> str:
        """Return every byte once, in the order sent: offset, hexadecimal, characters, field."""
        return "\n".join(line for line, _ in self.hexdump_lines()) or say("stage.trace.no-bytes")

    def hexdump_lines(self) -> Iterator[tuple[str, str | None]]:
        """Yield the lines of the hexdump, each with the name of its field; None for a heading."""
        heard, several, last = self._heard(), self._several(), None
        for call, pieces in self.runs():
            if (call.name in SENDING) == (call.connection in heard[call.sender]):
                continue  # each byte once: as sent, or as received where only that was recorded
            for piece in pieces:
                if last != (piece.connection, piece.sender):
                    last = piece.connection, piece.sender
                    other = "client" if piece.sender == "server" else "server"
                    heading = f"{_side(piece.sender)} → {_side(other)}"
                    yield heading + (f"  #{piece.connection}" if several else ""), None
                for line in _dump(piece):
                    yield line, piece.name

    def text(self, *, ports: bool = False, times: bool = False) -> str:
        """Return the calls of client and server in two columns, every byte with its field."""
        lines = [_row(_side("client"), "", _side("server")), _row("─" * COLUMN, "", "─" * COLUMN)]
        clients = {call.actor for call in self} - {SERVER}
        several = self._several()
        for call, pieces in self.runs():
            label = f"{call.actor}: " if call.actor in clients and clients != {"client"} else ""
            if several and call.connection:
                label += f"#{call.connection} "
            if times:
                label = f"{call.started:8.4f} s  {label}"
            cell = _cell(label, call, pieces, ports)
            arrow = "◀─" if call.actor == SERVER else "─▶"
            if not (call.name in SENDING and call.data):
                arrow = ""
            for number, line in enumerate(cell):
                middle = arrow if number == 0 else ""
                left, right = ("", line) if call.actor == SERVER else (line, "")
                lines.append(_row(left, middle, right))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def changed(self) -> None:
        """Tell every listener that a call began or ended."""
        for listener in self.listeners:
            listener()

    def _heard(self) -> Mapping[str | None, set[int | None]]:
        """The connections of which the receiving end tells more bytes, by sender.

        The sending end is not in the trace, or its call failed when some bytes were on their way.
        """
        number: Counter[tuple[int | None, str | None, bool]] = Counter()
        for call in self:
            number[call.connection, call.sender, call.name in SENDING] += len(call.data)
        heard: defaultdict[str | None, set[int | None]] = defaultdict(set)
        for (connection, sender, sent), received in number.items():
            if not sent and received > number[connection, sender, True]:
                heard[sender].add(connection)
        return heard

    def _streams(self) -> Mapping[tuple[int | None, str], bytes]:
        """All bytes by (connection, sender), as sent, or as received where that tells more."""
        heard = self._heard()
        streams: defaultdict[tuple[int | None, str], bytes] = defaultdict(bytes)
        for call in self:
            if call.sender and (call.name in SENDING) != (call.connection in heard[call.sender]):
                streams[call.connection, call.sender] += call.data
        return streams

    def _several(self) -> bool:
        """Whether there is more than one connection, so that a line has to say which."""
        return len({call.connection for call in self} - {None}) > 1


class _Played:
    """How far a replay of calls has come, and whether the next one of a side may follow."""

    def __init__(self, trace: Trace, waiting: Mapping[str, deque[Call]]) -> None:
        self.waiting = waiting
        self.connects = {call.connection for call in trace if call.name.startswith("connect")}
        self.listens = any(call.name == "listen" for call in trace)
        self.senders = {(call.connection, call.side) for call in trace if call.name in SENDING}
        self.bytes: defaultdict[tuple[_Stream, str], float] = defaultdict(int)
        self.done: set[object] = set()

    def allows(self, call: Call) -> bool:
        if call.ended is None:
            return True
        if isinstance(call.result, TimeoutError):  # first everybody else goes as far as they can
            return False
        if call.name == "accept":
            return call.connection not in self.connects or ("connect", call.connection) in self.done
        if call.name.startswith("connect"):
            return (
                not self.listens or "listen" in self.done or isinstance(call.result, BaseException)
            )
        if call.data and call.name in RECEIVING and (call.connection, call.sender) in self.senders:
            stream = call.connection, call.sender
            return self.bytes[stream, "sent"] >= self.bytes[stream, "read"] + len(call.data)
        if call.at_end_of_stream or isinstance(call.result, ConnectionError):
            peers = [
                calls
                for actor, calls in self.waiting.items()
                if (actor == SERVER) != (call.actor == SERVER)
            ]
            ended = ("ended", call.connection, call.actor != SERVER) in self.done
            return ended or not any(
                other.connection == call.connection for calls in peers for other in calls
            )
        return True

    def add(self, call: Call) -> Call:
        if call.name in SENDING:  # where it is not done, nobody knows how many bytes went out
            done = call.ended is not None and not isinstance(call.result, BaseException)
            self.bytes[(call.connection, call.side), "sent"] += len(call.data) if done else math.inf
        else:
            self.bytes[(call.connection, call.sender), "read"] += len(call.data)
        if call.name.startswith("connect"):
            self.done.add(("connect", call.connection))
        elif call.name == "listen":
            self.done.add("listen")
        elif call.name in ("close", "shutdown"):
            self.done.add(("ended", call.connection, call.actor == SERVER))
        return call


def _patience(call: Call) -> tuple[bool, float]:
    """Sorts calls that nothing in the trace lets go on: those whose time limit is over, then by the clock."""
    return not isinstance(call.result, TimeoutError), call.started


def _packed(value: object) -> object:
    """A value of a Call in JSON's terms: one key says what it is, where JSON does not know."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, Where):
        # no path of this computer
        return {"where": [value.function, value.line, PurePath(value.file).name]}
    if isinstance(value, tuple):
        return {"address": list(value)}
    if isinstance(value, BaseException):
        return {"error": type(value).__name__, "text": str(value)}
    return value if value is None or isinstance(value, (int, float, str)) else reprlib.repr(value)


def _unpacked(value: Any) -> Any:
    """The value that _packed made this from. An error of a kind that Python does not know becomes an OSError."""
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes.fromhex(value["bytes"])
    if "where" in value:
        return Where(*value["where"])
    if "address" in value:
        return tuple(value["address"])
    kind = getattr(builtins, value["error"], OSError)
    return (kind if isinstance(kind, type) and issubclass(kind, BaseException) else OSError)(
        value["text"]
    )


def literal(data: bytes) -> str:
    """Return bytes as Python writes them, in double quotes: b"Hi"."""
    return (
        'b"'
        + "".join(chr(byte) if chr(byte) in _PLAIN else f"\\x{byte:02x}" for byte in data)
        + '"'
    )


def _count(data: bytes | int) -> str:
    return say("stage.byte", n=data if isinstance(data, int) else len(data))


def _side(name: str) -> str:
    return say(f"stage.side.{name}")


def _field(name: str) -> str:
    """A field's name as it stands beside its bytes."""
    return say(f"stage.field.{name}")


def _address(address: tuple[Any, ...], ports: bool) -> str:
    if len(address) < 2:  # it is none, but somebody tried it
        return str(address)
    ip, port = address[:2]
    return f'"{ip}", {port if ports or port == 0 else "port"}'


def _row(left: str, middle: str, right: str) -> str:
    return f"{left:<{COLUMN}} {middle:<2} {right}".rstrip()


def _cell(label: str, call: Call, pieces: list[Field], ports: bool) -> list[str]:
    """The lines of one call in its column: on one line where a single short field fits, else field by field."""
    if len(pieces) == 1:
        data = literal(pieces[0].data)
        sends = call.name in SENDING
        short = label + (f"{call.name}({data})" if sends else f"{call.text()} → {data}")
        name = _field(pieces[0].name)
        if len(short) + len(name) + 2 <= COLUMN:
            return [f"{short:<{COLUMN - 10}}{name:>10}"]
    outcome = call.outcome(ports=ports)
    head = label + call.text(ports=ports) + (f" → {outcome}" if outcome else "")
    more = ["  " + say("stage.trace.again")] if call.again else []
    lines = list(
        itertools.islice((line for piece in pieces for line in _literals(piece)), CELL_LINES)
    )
    if len(lines) == CELL_LINES:
        lines[-1] = "  " + say("stage.trace.more-bytes")
    return [head, *lines, *more]


def _literals(piece: Field) -> Iterator[str]:
    """Yield a field's bytes as Python literals, as many to a line as the column holds."""
    room, start = COLUMN - 12, 0
    while start < len(piece.data):
        stop = start + 1
        while stop < len(piece.data) and len(literal(piece.data[start : stop + 1])) <= room:
            stop += 1
        name = _field(piece.name) if start == 0 else ""
        yield f"  {literal(piece.data[start:stop]):<{room}}{name:>10}".rstrip()
        start = stop


def _dump(piece: Field) -> Iterator[str]:
    """The lines of a field in a hexdump."""
    for at in range(0, len(piece.data), DUMP_BYTES):
        row = piece.data[at : at + DUMP_BYTES]
        characters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        name = _field(piece.name) if at == 0 else ""
        if at == 0 and piece.name == "body" and not piece.data.isascii():
            text = piece.data.decode("utf-8", "backslashreplace")
            name += "  " + "".join(letter if letter.isprintable() else "." for letter in text)
        yield f"  {piece.start + at:04x}  {row.hex(' '):<47}  {characters:<16}  {name}".rstrip()
