"""What each side did at its sockets, as plain data: a Trace is a list of Calls, in order.

Everything a lesson shows is a view of a Trace: print(trace) sets the calls of the two sides beside
each other, print(trace.hexdump()) shows every byte and its field.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike
from pathlib import PurePath
from typing import Any, ClassVar, Self

from lenproto.lab import order, pcapng, picture, saved
from lenproto.lab.call import SENDING, Call, Stream
from lenproto.lab.fields import Cutter, Field, LaterCutter, fields
from lenproto.lab.notes import Notes
from lenproto.lab.segments import segments
from lenproto.lab.text import columns, hexdump_lines
from lenproto.words import say


class Trace(list[Call]):
    """Calls in the order in which they began.

    whole holds the connections whose beginning is in the trace: only there the position of a byte
    tells its field. gone has the ends of connections, with their side, that were closed by no call, as
    Python does where nobody holds a socket any more: how many calls there were by then. notes has, by
    actor, what a stage notes besides. listeners are called, without arguments, after every change.
    cutter is what names the bytes of a stream. wrong is a byte that a verdict is about: its connection, the
    end that sent it, and its place in what that end sent; None if there is none.
    """

    cutter: type[Cutter] = Cutter
    wrong: saved.Wrong | None = None

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        super().__init__(calls)
        self.whole: set[int] = set()
        self.gone: dict[tuple[int, str], int] = {}
        self.notes: dict[str, Notes] = {}
        self.listeners: list[Callable[[], object]] = []
        self._outstanding = order.Outstanding()

    __hash__: ClassVar[Any] = object.__hash__  # a list has none

    def save(self, path: str | PathLike[str]) -> None:
        """Write the trace to a file, as JSON; load(path) gives it back. Raises OSError.

        One whose name ends in .pcapng is for Wireshark: see lab/pcapng.
        """
        if PurePath(path).suffix == ".pcapng":
            made = segments(self.in_order(), self.whole, self._heard())
            pcapng.save(path, made, self.cutter.port)
        else:
            saved.save(path, self.as_json())

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a trace that was saved. Raises OSError, or ValueError if the file holds something else."""
        return cls._of(saved.load(path))

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's terms, as it is saved; from_json() gives it back."""
        # of a trace that is read again, the bytes are named as those of our protocol
        ours = self.whole if self.cutter in (Cutter, LaterCutter) else ()
        later = self.cutter is LaterCutter
        return saved.packed(self, ours, self.gone, self.notes, later=later, wrong=self.wrong)

    @classmethod
    def from_json(cls, packed: Any) -> Self:
        """Return the trace that as_json() made this from. Raises ValueError if it is something else."""
        return cls._of(saved.unpacked(packed))

    @classmethod
    def _of(cls, known: saved.Saved) -> Self:
        trace = cls(known.calls)
        trace.whole, trace.gone, trace.notes = known.whole, known.gone, known.notes
        trace.cutter, trace.wrong = LaterCutter if known.later else Cutter, known.wrong
        return trace

    def picture(self, path: str | PathLike[str], *, dark: bool | None = None) -> None:
        """Draw the ladder, and where each side stands, into a file that ends in .svg or .png: see picture.save()."""
        picture.save(path, self, self.stands(), dark=dark)

    def stands(self) -> list[str]:
        """Where each side stands, in sentences; none of a trace that no stage made."""
        return [
            say("views.stage.trace-stands", side=say(f"views.side.{name}"), stands=notes.stands)
            for name, notes in sorted(self.notes.items())
            if str(notes.stands)
        ]

    def in_order(self) -> list[Call]:
        """Return the calls in the order in which they ended, which does not depend on the clock.

        On a stage, one call at a time was made, and that is the order; who was let go on by a call
        comes after it. Else one side plays until it needs something that the other has not yet
        done, then the other: no byte is read before it is sent, no client accepted before it connects.
        """
        return order.staged(self) if self.notes else order.replayed(self)

    def made(self, call: Call) -> int | None:
        """Return how many calls had begun when this one ended; None while it blocks."""
        return order.made(self, call)

    def fields(self) -> list[Field]:
        """Return the Fields of all bytes of the trace, by connection and sender, in order."""
        found: list[Field] = []
        streams = self._streams()
        for connection, sender in sorted(streams, key=lambda key: (key[0] or 0, key[1])):
            stream = streams[connection, sender]
            is_known = connection in self.whole and self._begins_well(streams, connection)
            unknown = [("unknown", 0, len(stream))]
            runs = fields(sender, stream, self.cutter) if is_known else unknown
            found += [Field(connection, sender, a, name, stream[a:b]) for name, a, b in runs]
        return found

    def _begins_well(self, streams: Mapping[Any, bytes], connection: int | None) -> bool:
        """Whether a connection's client does not speak another protocol."""
        said = streams.get((connection, "client"), b"")
        return not said or fields("client", said, self.cutter)[0][0] != "unknown"

    def is_due(self, call: Call, address: tuple[Any, ...]) -> bool:
        """Whether the trace tells of something that a blocked reading call will yet get.

        For accept a client that connected to this port; else bytes, or the end of the stream.
        """
        other = "client" if call.side == "server" else "server"
        hung_up = (call.connection, other) in self.gone and call.name != "accept"
        return hung_up or self._outstanding.is_due(self, call, address)

    def runs(self) -> list[tuple[Call, list[Field]]]:
        """Return (call, Fields) for every call in order: the fields, cut to that call's bytes."""
        named: defaultdict[Stream, list[Field]] = defaultdict(list)
        for field in self.fields():
            named[field.connection, field.sender].append(field)
        # bytes and fields behind us, by stream and end
        offset: defaultdict[tuple[Stream, bool], int] = defaultdict(int)
        complete: defaultdict[tuple[Stream, bool], int] = defaultdict(int)
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
        """Return the lines of the hexdump, each with the name of its field; None for a heading."""
        return hexdump_lines(self.runs(), self._heard())

    def text(self, *, ports: bool = False, times: bool = False) -> str:
        """Return the calls of client and server in two columns, every byte with its field."""
        return columns(self.runs(), ports=ports, times=times)

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
