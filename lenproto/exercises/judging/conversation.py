"""A case as a conversation that can be played: the calls of the function, and those by which its peer does its steps.

The peer has no code of its own that a learner could read. Its script stands there as one: a line for each step.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lenproto.exercises.functions import SERVER_SIDE
from lenproto.exercises.functions.finding import Finding
from lenproto.exercises.judging import evidence
from lenproto.exercises.judging.driven import Moved
from lenproto.exercises.judging.run import Seen
from lenproto.lab.call import RECEIVING, SENDING, Call, Where, literal
from lenproto.lab.fields import Cutter, LaterCutter
from lenproto.lab.notes import Notes, Source, source_of
from lenproto.lab.shocks.script import Close, Flood, Goodbye, Reset, Send, ShutDown, Wait
from lenproto.lab.trace import Trace
from lenproto.wire import DEFAULT_IP, DEFAULT_PORT

MOST_CALLS = 300  # nobody looks at more
MOST_BYTES = 64_000
SPELT_BYTES = 60  # in a line of the peer's script
FROM_THE_HANDSHAKE = {"initial_contact", "check_client"}  # the other functions come later
PEER_FILE = "<peer>"
ADDRESS = DEFAULT_IP, DEFAULT_PORT  # of which nobody is shown the port


def conversation(seen: Seen, finding: Finding) -> Trace:
    """Return what happened in a case that failed, and which byte is the first wrong one, if it is one that was sent."""
    own = "server" if seen.case.function in SERVER_SIDE else "client"
    peer = _Peer("client" if own == "server" else "server", _connection(seen))
    calls: list[Call] = []
    for each in evidence.in_order(seen):
        made = (
            [_of_function(each, own, peer.connection)]
            if isinstance(each, Call)
            else peer.calls(each)
        )
        calls += made
    if seen.case.before:
        calls = [peer.call("sendall", seen.case.before), *calls]
    trace = Trace(_timed(_shortened(calls)))
    later = seen.case.function not in FROM_THE_HANDSHAKE
    trace.cutter = LaterCutter if later else Cutter
    trace.whole = {peer.connection}
    trace.notes = {own: _notes(seen, finding, trace, own), peer.name: peer.notes()}
    trace.wrong = _wrong(trace, finding, own)
    return trace


def _connection(seen):
    """The number of the connection on which the peer talks."""
    numbers = Counter(
        call.connection for call in seen.trace if call.connection and call.name != "accept"
    )
    return numbers.most_common(1)[0][0] if numbers else 1


def _of_function(call, own, connection):
    """A call of the function, as one of a side."""
    talks = call.name in SENDING or call.name in RECEIVING
    stopped = type(call.result).__name__ == "Stopped"
    return replace(
        call,
        actor=own,
        connection=call.connection or (connection if talks else None),
        ended=None if stopped else call.ended,
        result=None if stopped else call.result,
        argument=bytes(call.argument)
        if isinstance(call.argument, bytearray | memoryview)
        else call.argument,
    )


class _Peer:
    """The calls by which a peer does its steps, each from a line of its script."""

    def __init__(self, name: str, connection: int) -> None:
        self.name = name
        self.connection = connection
        self._lines: list[str] = []

    def calls(self, moved: Moved) -> Iterator[Call]:
        """Yield the calls of one step."""
        if moved.of is None:
            name = "connect" if self.name == "client" else "accept"
            yield self.call(name, ADDRESS if name == "connect" else None)
        elif isinstance(moved.of, Send | Flood):
            yield self.call("sendall", moved.sent or moved.of.data)
        elif isinstance(moved.of, ShutDown):
            yield self.call("shutdown", 1)
        elif isinstance(moved.of, Close | Reset):
            yield self.call("close", None)
        elif isinstance(moved.of, Wait):
            yield self.call("sleep", moved.of.seconds)
        else:
            yield from self._reading(moved)

    def _reading(self, moved):
        """Of a step that expects something: what came, and what it still waits for."""
        wanted = getattr(moved.of, "n", None) or max(len(moved.received), 1)
        got, left = moved.received, wanted - len(moved.received)
        if got:
            yield self.call("recv", wanted, got)
        if left:  # the end, or it still waits
            yield self.call("recv", left, b"" if moved.at_end else None, waits=not moved.at_end)
        if isinstance(moved.of, Goodbye) and not moved.problem:
            yield self.call("close", None)

    def call(self, name: str, argument: Any, result: Any = None, *, waits: bool = False) -> Call:
        """Return a call from the line that says it."""
        if name == "accept":
            result = ADDRESS
        written = Call(self.name, name, argument, Where("", 0, ""), 0.0)
        line = f"sock.{written.text()}"
        if name == "sendall":
            line = f"sock.sendall({literal(argument)})" if len(argument) <= SPELT_BYTES else line
        self._lines.append(line)
        where = Where("peer", len(self._lines), PEER_FILE)
        return replace(
            written, where=where, result=result, ended=None if waits else 1.0,
            connection=self.connection,
        )  # fmt: skip

    def notes(self) -> Notes:
        """Return its script as a source."""
        script = Source("peer", 1, "\n".join(self._lines), PEER_FILE)
        return Notes([script] if self._lines else [])


def _shortened(calls: Sequence[Call]) -> list[Call]:
    """As many of the calls as somebody may look at: the first."""
    size, kept = 0, []
    for call in calls[:MOST_CALLS]:
        size += len(call.data)
        if size > MOST_BYTES:
            break
        kept.append(call)
    return kept


def _timed(calls):
    """The same calls at moments that tell their order: one after another; what never came back has no end."""
    return [
        replace(call, started=2.0 * at, ended=None if call.ended is None else 2.0 * at + 1.0)
        for at, call in enumerate(calls, 1)
    ]


def _notes(seen, finding, trace, own):
    """The function's sources, what it printed by which of its calls, and what became of it."""
    notes = Notes(
        stands=evidence.covered(finding.words, lambda text: evidence.stable(text, seen.ports))
    )
    for place in dict.fromkeys(call.where for call in trace if call.actor == own):
        if not any(source.holds(place) for source in notes.sources):
            notes.sources.append(source_of(place))
    numbers = [number for number, call in enumerate(trace, 1) if call.actor == own]
    known = 0
    for calls, characters in seen.printed_at:
        piece, known = evidence.stable(seen.printed[known:characters], seen.ports), characters
        # after its call of this number, in the numbers of both sides; before all of them; or at the end
        notes.printed.append((([0, *numbers][calls:] or [len(trace)])[0], piece))
    if rest := evidence.stable(seen.printed[known:], seen.ports):
        notes.printed.append((len(trace), rest))
    return notes


def _wrong(trace, finding, own):
    """Where the first wrong byte is among those that the function has sent; None where it is none of them."""
    if finding.at is None or not finding.data:
        return None
    sent = b""
    for call in trace:
        if call.actor == own and call.name in SENDING and call.connection:
            sent += call.data
    # of what it has sent, the evidence is the last that reads so
    begins = sent.rfind(finding.data)
    at = begins + finding.at
    number = next(iter(trace.whole))
    return (number, own, at) if begins >= 0 and at < len(sent) else None
