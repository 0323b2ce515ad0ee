"""Which calls of two programs may change places, and nobody would notice: neither has a say in what the other gives."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lenproto.lab.call import CONNECTING, RECEIVING, SENDING, WAITING, Call

KINDS = {
    **dict.fromkeys(CONNECTING, "connect"),
    **dict.fromkeys(SENDING, "send"),
    **dict.fromkeys(RECEIVING, "read"),
    **dict.fromkeys(WAITING - {"wait"}, "look"),
    **dict.fromkeys(("close", "shutdown"), "end"),
    "listen": "listen",
    "accept": "accept",
}


@dataclass
class Event:
    """A step of a side, and the call that it was; waits: where nothing is there for it, it waits.

    start and stop: the place of its bytes in their stream. dropped: the connections that were waiting in the queue
    of a listening socket when it closed that.
    """

    side: str
    call: Call
    waits: bool
    start: int = 0
    stop: int = 0
    dropped: frozenset[int | None] = frozenset()

    @property
    def kind(self) -> str:
        """What it does, for others: "connect", "send", "read", "look", "end", "listen" or "accept"; "": nothing."""
        return KINDS.get(self.call.name, "")

    @property
    def size(self) -> int:
        """How many bytes it moved, or looked at."""
        looked_at = self.kind == "read" and isinstance(self.call.result, int)
        return self.call.result if looked_at else len(self.call.data)

    @property
    def got_nothing(self) -> bool:
        """Whether it looked for something that was not there yet."""
        return isinstance(self.call.result, BlockingIOError)


def place(events: Iterable[Event]) -> None:
    """Find the places of their bytes, and what was dropped from queues; in the order in which they were made."""
    moved: defaultdict[tuple[object, ...], int] = defaultdict(int)
    queued: set[int | None] = set()
    for event in events:
        call, kind = event.call, event.kind
        if kind in ("send", "read"):
            sender = event.side == "client" if kind == "send" else event.side == "server"
            way = call.connection, sender, kind
            event.start = moved[way]
            event.stop = event.start + event.size
            moved[way] += len(call.data)  # of one that only looked they will come again
        elif kind == "connect" and call.connection is not None:
            queued.add(call.connection)
        elif kind == "accept":
            queued.discard(call.connection)
        elif kind == "end" and call.connection is None:
            event.dropped = frozenset(queued)


def depends(first: Event, second: Event) -> bool:
    """Whether a call of one side would have given something else after a later one of the other side, or that one."""
    kinds = first.kind, second.kind
    if "look" in kinds:
        return bool({"send", "end", "connect", "listen"} & set(kinds))
    rule = _RULES.get(kinds)
    return rule is not None and rule(first, second)


def meets(one: Event, other: Event) -> bool:
    """The same of two calls of which each could be the next one, and was made without the other."""
    who_reads = one if one.kind in ("read", "accept") else other
    return depends(who_reads, one if who_reads is other else other)


def is_cause(first: Event, second: Event) -> bool:
    """Whether a call could not have been made before the first one, on which it depends: it would have waited."""
    if not second.waits:
        return False
    if (first.kind, second.kind) == ("send", "read"):
        return second.start >= first.start
    return (first.kind, second.kind) in (("connect", "accept"), ("end", "read"))


def _always(first: Event, second: Event) -> bool:
    return True


def _ends_queue(one: Event, other: Event) -> bool:
    """Whether a call that connects meets one that closes what has no connection: it may be what listens."""
    end = one if one.kind == "end" else other
    return end.call.connection is None and end.call.name == "close"


def _same(one: Event, other: Event) -> bool:
    """Whether both are about the same connection."""
    if one.call.connection is None or other.call.connection is None:
        return bool({one.call.connection, other.call.connection} & (one.dropped | other.dropped))
    return one.call.connection == other.call.connection


def _brings(send: Event, read: Event) -> bool:
    """Whether a call read something of what one sent before."""
    return _same(send, read) and send.start < read.stop and read.start < send.stop


def _had_room(read: Event, send: Event) -> bool:
    """Whether a call that read would have got more from one that sent after it."""
    call = read.call
    wanted = call.argument if isinstance(call.argument, int) else 0
    return _same(read, send) and not call.at_end_of_stream and read.size < wanted


def _ended(end: Event, read: Event) -> bool:
    """Whether a call read the end, or an error, that came of one that closed before."""
    return _same(end, read) and (
        read.call.at_end_of_stream or isinstance(read.call.result, OSError)
    )


def _looked_before(read: Event, other: Event) -> bool:
    """Whether a call found nothing that the other one has brought."""
    return read.got_nothing and _same(read, other)


def _one_shuts(one: Event, other: Event) -> bool:
    return _same(one, other) and "shutdown" in (one.call.name, other.call.name)


_RULES = {
    ("listen", "connect"): _always,
    ("connect", "listen"): _always,
    ("connect", "end"): _ends_queue,
    ("end", "connect"): _ends_queue,
    ("connect", "accept"): _same,
    ("accept", "connect"): lambda accept, connect: accept.got_nothing,
    ("send", "read"): _brings,
    ("read", "send"): _had_room,
    ("send", "end"): _same,
    ("end", "send"): _same,
    ("end", "read"): _ended,
    ("read", "end"): _looked_before,
    ("end", "end"): _one_shuts,
}
