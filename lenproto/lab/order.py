"""What came before what among the calls of a trace, whatever the clock says; and what they leave for others to get."""

import bisect
import math
import socket
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from lenproto.lab.call import RECEIVING, SENDING, SERVER, Call, Stream


def made(calls: Sequence[Call], call: Call) -> int | None:
    """Return how many calls had begun when this one ended; None while it blocks."""
    if call.ended is None:
        return None
    return bisect.bisect_left(calls, call.ended, key=lambda other: other.started)


def staged(calls: Sequence[Call]) -> list[Call]:
    """Return the calls of a stage in order: one at a time was made; who was let go on by a call comes after it."""

    def place(number: int) -> tuple[float, bool, int]:
        ended = made(calls, calls[number - 1])
        return math.inf if ended is None else max(ended, number), ended != number, number

    return [calls[number - 1] for number in sorted(range(1, len(calls) + 1), key=place)]


def replayed(calls: Sequence[Call]) -> list[Call]:
    """Return the calls as one side plays until it needs something that the other has not yet done, then the other."""
    waiting: defaultdict[str, deque[Call]] = defaultdict(deque)
    for call in calls:
        waiting[call.actor].append(call)
    turns = sorted(waiting, key=lambda actor: (actor != SERVER, actor))
    played = _Played(calls, waiting)
    order: list[Call] = []
    while any(waiting.values()):
        before = len(order)
        for actor in turns:
            while waiting[actor] and played.allows(waiting[actor][0]):
                order.append(played.add(waiting[actor].popleft()))
        if len(order) == before:
            # a time limit is over, or they wait for somebody outside the trace
            first = min((left[0] for left in waiting.values() if left), key=_patience)
            order.append(played.add(waiting[first.actor].popleft()))
    return order


class _Played:
    """How far a replay of calls has come, and whether the next one of a side may follow."""

    def __init__(self, calls: Sequence[Call], waiting: Mapping[str, deque[Call]]) -> None:
        self.waiting = waiting
        self.connects = {call.connection for call in calls if call.name.startswith("connect")}
        self.listens = any(call.name == "listen" for call in calls)
        self.senders = {(call.connection, call.side) for call in calls if call.name in SENDING}
        self.bytes: defaultdict[tuple[Stream, str], float] = defaultdict(int)
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
                left
                for actor, left in self.waiting.items()
                if (actor == SERVER) != (call.actor == SERVER)
            ]
            ended = ("ended", call.connection, call.actor != SERVER) in self.done
            return ended or not any(
                other.connection == call.connection for left in peers for other in left
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
        elif call.hangs_up or call.name == "shutdown":
            self.done.add(("ended", call.connection, call.actor == SERVER))
        return call


def _patience(call: Call) -> tuple[bool, float]:
    """Sorts calls that nothing in the trace lets go on: those whose time limit is over, then by the clock."""
    return not isinstance(call.result, TimeoutError), call.started


class Outstanding:
    """What the calls of a trace have left for others to get; those before the first that has not ended count once."""

    def __init__(self) -> None:
        self._past = _Tally()
        self._counting = threading.Lock()

    def is_due(self, calls: Sequence[Call], call: Call, address: tuple[Any, ...]) -> bool:
        """Whether something comes that a blocked reading call will yet get, see Trace.is_due."""
        with self._counting:
            past, now = self._past, _Tally()
            while past.calls < len(calls) and calls[past.calls].ended is not None:
                past.count(calls[past.calls])
            for other in calls[past.calls :]:
                now.count(other)
            if call.name == "accept":
                known = past.accepted | now.accepted
                return any(
                    address[1:2] == to[1:2]
                    for connection, to in (past.connected | now.connected).items()
                    if connection not in known
                )
            end = call.connection, call.side
            return end in past.ended | now.ended or past.unread[end] + now.unread[end] > 0


class _Tally:
    """What some calls of a trace leave for others to get: kept, so that a long conversation stays quick."""

    def __init__(self) -> None:
        self.calls = 0
        self.unread: Counter[Stream] = Counter()  # bytes, by connection and the end that gets them
        self.ended: set[Stream] = set()  # where the end of the stream comes after these bytes
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
            elif call.hangs_up or (call.name == "shutdown" and call.argument != socket.SHUT_RD):
                self.ended.add(other)
