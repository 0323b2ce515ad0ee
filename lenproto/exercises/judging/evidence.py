"""What was seen in a case, as numbered steps: what the peer and the function did, with every byte, in order."""

import linecache
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from lenproto.exercises.functions import SERVER_SIDE
from lenproto.exercises.judging.driven import Moved
from lenproto.exercises.judging.run import Seen
from lenproto.exercises.report.types import Place, StepAnswer, packed
from lenproto.lab.call import RECEIVING, SENDING, Call, literal
from lenproto.words import Words

SHOWN_BYTES = 120  # of one step
MOST_STEPS = 40  # of a case: the first and the last
ADDRESS = r"0x[0-9a-f]{6,}"  # of memory, as Python shows it
MANY_STEPS = 500  # how many more there were depends on how fast the computer is
TEXT_LIMIT = 2000  # characters of what was printed


@dataclass
class Step:
    """One step: its number from 1, who ("you": the function, or "client" or "server": its peer), what it did,
    the bytes of it in hexadecimal, the line of the function, what was wrong, where: [function, line, file], and the
    method of a socket that the function called."""

    number: int
    who: str
    what: Words | str
    bytes: str = ""
    line: int | None = None
    problem: Words | str = ""
    where: Place | None = None
    call: str = ""


def steps(seen: Seen) -> list[StepAnswer]:
    """Return the steps of what was Seen, as dictionaries for JSON."""
    peer = "client" if seen.case.function in SERVER_SIDE else "server"
    ordered = [
        _call(each) if isinstance(each, Call) else _move(each, peer) for each in in_order(seen)
    ]
    for number, step in enumerate(ordered, 1):
        step.number = number
    if len(ordered) > MOST_STEPS:
        left_out = len(ordered) - MOST_STEPS
        half = MOST_STEPS // 2
        # how many depends on how fast the computer is
        more = _step("more", steps=left_out) if left_out < MANY_STEPS else _step("many-more")
        # else it depends on the computer how far it came
        last = ordered[-half:] if seen.ending != "late" else []
        ordered = [*ordered[:half], Step(0, "", more), *last]

    def cover(text):  # a verdict reads the same in each run
        return stable(text, seen.ports)

    return [
        StepAnswer(
            number=step.number,
            who=step.who,
            what=packed(covered(step.what, cover)),
            bytes=step.bytes,
            line=step.line,
            problem=packed(covered(step.problem, cover)),
            where=step.where,
            source=source(step.where),
            call=step.call,
        )
        for step in ordered
    ]


def in_order(seen: Seen) -> list[Call | Moved]:
    """Return what the peer and the function did, in order."""
    moves = [
        (_place(move, seen.trace), 0, move) for move in (seen.driver.log if seen.driver else ())
    ]
    calls = [(number, 1, call) for number, call in enumerate(seen.trace)]
    return [each for _, _, each in sorted([*moves, *calls], key=lambda entry: entry[:2])]


def source(where: Sequence[Any] | None) -> str:
    """Return what stands in a line, where that can be known here; where is (function, line, file)."""
    return linecache.getline(where[2], where[1]).strip() if where else ""


def _place(move, trace):
    """Before which call a move of the peer stands: it was made while the one before still waited for it."""
    if move.last:
        return len(trace)
    before = move.after - 1
    waits = 0 <= before < len(trace) and trace[before].name in {"accept", *RECEIVING}
    return before if waits else move.after


def _move(move, peer):
    moved = move.received
    what = _step("with-bytes", step=move.step, bytes=_shown(moved)) if moved else move.step
    problem = move.problem
    return Step(0, peer, what, (move.sent or moved).hex(), None, problem)


def _call(call):
    """A call of the function, and what became of it."""
    where = call.where.line if call.where else None
    what: Words | str = call.text()
    if call.name in SENDING and isinstance(call.argument, bytes):
        what = _step("sends", call=call.name, bytes=_shown(call.argument))
    problem: Words | str = ""
    if call.ended is None or type(call.result).__name__ == "Stopped":
        problem = _step("never-came-back")
    elif isinstance(call.result, BaseException):
        what = _step("gave", call=what, outcome=type(call.result).__name__)
    elif call.at_end_of_stream:
        what = _step("end-of-stream", call=what)
    elif call.name in RECEIVING:
        what = _step("gave", call=what, outcome=_shown(call.data))
    elif call.name == "accept":
        what = _step("accepted", call=what)
    return Step(
        0,
        "you",
        _step("again", step=what) if call.again else what,
        call.data.hex(),
        where,
        problem,
        list(call.where) if call.where else None,
        call.name,
    )


def _step(kind: str, **values: Any) -> Words:
    return Words(f"judging.step.{kind}", **values)


def _shown(data):
    if len(data) <= SHOWN_BYTES:
        return literal(data)
    return _step("cut", bytes=literal(data[:SHOWN_BYTES]), size=len(data))


def covered(value: Any, cover: Callable[[str], str]) -> Any:
    """Return a text as cover gives it; of Words and lists, all the texts that are in them."""
    if isinstance(value, str):
        return cover(value)
    if isinstance(value, Words):
        return Words(
            value.key, **{name: covered(each, cover) for name, each in value.values.items()}
        )
    return [covered(each, cover) for each in value] if isinstance(value, list | tuple) else value


def stable(text: str, ports: Collection[int]) -> str:
    """Return a text without what differs from run to run: these ports, and addresses of memory."""
    text = re.sub(ADDRESS, "0x…", text)
    return re.sub(rf"\b(?:{'|'.join(map(str, ports))})\b", "port", text) if ports else text


def steady(data: bytes) -> bytes:
    """Return bytes without what differs from run to run: ... for addresses of memory."""
    text = data.decode("latin-1")
    return re.sub(ADDRESS, "0x...", text).encode("latin-1", "replace")


def cut(text: str, limit: int = TEXT_LIMIT) -> tuple[str, int]:
    """Return a text, or its beginning, and how many characters were left out."""
    return text[:limit], max(0, len(text) - limit)
