"""What was seen in a case, as numbered steps: what the peer and the function did, with every byte, in order."""

import datetime
import functools
import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from lenproto.exercises.cases import SERVER_SIDE
from lenproto.exercises.report_types import Place, StepReport
from lenproto.exercises.run import Seen
from lenproto.lab.trace import RECEIVING, SENDING, literal

SHOWN_BYTES = 120  # of one step
MOST_STEPS = 40  # of a case: the first and the last
ADDRESS = r"0x[0-9a-f]{6,}"  # of memory, as Python shows it
MANY_STEPS = 500  # how many more there were depends on how fast the computer is
TIMESTAMP_S = 100  # how far from now a number of seconds may be that tells the time
TEXT_LIMIT = 2000  # characters of what was printed
CLOCK = re.compile(
    # a date, also right behind a header
    r"(19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d)(?!\d)"
    r"|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AP]M\b)?"  # a time of day
    r"|(?<![A-Za-z])(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
    r"|(?<!\d)1\d{9}(\.\d+)?|\b20\d\d\b",  # seconds since 1970; a year
)


@dataclass
class Step:
    """One step: its number from 1, who ("you": the function, or "client" or "server": its peer), what, in words,
    the bytes of it in hexadecimal, the line of the function, what was wrong, and where: [function, line, file]."""

    number: int
    who: str
    what: str
    bytes: str = ""
    line: int | None = None
    problem: str = ""
    where: Place | None = None


def steps(seen: Seen) -> list[StepReport]:
    """Return the steps of what was Seen, as dictionaries for JSON."""
    peer = "client" if seen.case.function in SERVER_SIDE else "server"
    moves = [
        (_place(move, seen.trace), 0, _move(move, peer))
        for move in (seen.driver.log if seen.driver else ())
    ]
    calls = [(number, 1, _call(call)) for number, call in enumerate(seen.trace)]
    ordered = [step for _, _, step in sorted(moves + calls, key=lambda entry: entry[:2])]
    for number, step in enumerate(ordered, 1):
        step.number = number
    if len(ordered) > MOST_STEPS:
        left_out = len(ordered) - MOST_STEPS
        half = MOST_STEPS // 2
        gap = Step(
            0, "", f"… {left_out if left_out < MANY_STEPS else 'many'} more steps like these …"
        )
        # else it depends on the computer how far it came
        last = ordered[-half:] if seen.ending != "late" else []
        ordered = [*ordered[:half], gap, *last]
    tells = clockless if seen.case.function == "serve_requests" else str
    for step in ordered:  # a verdict reads the same at any time
        step.what, step.problem = (
            stable(tells(step.what), seen.ports),
            stable(tells(step.problem), seen.ports),
        )
    return [
        StepReport(
            number=step.number,
            who=step.who,
            what=step.what,
            bytes=step.bytes,
            line=step.line,
            problem=step.problem,
            where=step.where,
        )
        for step in ordered
    ]


def _place(move, trace):
    """Before which call a move of the peer stands: it was made while the one before still waited for it."""
    if move.last:
        return len(trace)
    before = move.after - 1
    waits = 0 <= before < len(trace) and trace[before].name in {"accept", *RECEIVING}
    return before if waits else move.after


def _move(move, peer):
    moved = move.received
    what = str(move.step) + (f": {_shown(moved)}" if moved else "")
    problem = str(move.problem)
    return Step(0, peer, what, (move.sent or moved).hex(), None, problem)


def _call(call):
    where = call.where.line if call.where else None
    if call.name in SENDING and isinstance(call.argument, bytes):
        what = f"{call.name}({_shown(call.argument)})"
    else:
        what = call.text()
    problem = ""
    if call.ended is None or type(call.result).__name__ == "Stopped":
        problem = "never came back"
    elif isinstance(call.result, BaseException):
        what += f" → {type(call.result).__name__}"
    elif call.at_end_of_stream:
        what += ' → b"", the end of the stream'
    elif call.name in RECEIVING:
        what += f" → {_shown(call.data)}"
    elif call.name == "accept":
        what += " → a client"
    return Step(
        0,
        "you",
        what + (", again and again" if call.again else ""),
        call.data.hex(),
        where,
        problem,
        list(call.where) if call.where else None,
    )


def _shown(data):
    if len(data) <= SHOWN_BYTES:
        return literal(data)
    return f"{literal(data[:SHOWN_BYTES])} … ({len(data)} bytes)"


def stable(text: str, ports: Collection[int]) -> str:
    """Return a text without what differs from run to run: these ports, and addresses of memory."""
    text = re.sub(ADDRESS, "0x…", text)
    return re.sub(rf"\b(?:{'|'.join(map(str, ports))})\b", "port", text) if ports else text


def tells_time(text):
    """Whether a text may tell the date or time of this moment, in whatever format."""
    text = re.sub(ADDRESS, "", text)
    numbers = re.findall(r"\d+", text)
    if not numbers:
        return False
    pairs, digits = _forms(_moments())
    if any(_both(numbers, these, those) for these, those in pairs) or digits.search(text):
        return True
    return any(
        abs(int(number) - time.time()) < TIMESTAMP_S for number in numbers if len(number) == 10
    )


def _both(numbers, these, those):
    """Whether one number is among these and another one among those: at 03:03 a single 3 is no time."""
    first = {index for index, number in enumerate(numbers) if number in these}
    second = {index for index, number in enumerate(numbers) if number in those}
    return bool(first and second) and len(first | second) > 1


def _moments():
    """This minute and the one before, of this place and of UTC."""
    return _minutes(int(time.time() // 60))


@functools.lru_cache(maxsize=1)
def _minutes(number):
    """The same of a minute that is given by its number since 1970."""
    utc = [
        datetime.datetime.fromtimestamp(60 * each, datetime.UTC) for each in (number, number - 1)
    ]
    return (*utc, *(moment.astimezone() for moment in utc))


@functools.lru_cache(maxsize=1)
def _forms(moments):
    """How these moments may be told: pairs of sets of numbers, and a pattern for digits alone, such as 20261122."""
    pairs, dates, times = [], set(), set()
    for moment in moments:
        pairs.append(
            ({str(moment.year), f"{moment.year % 100:02}"}, {str(moment.day), f"{moment.day:02}"})
        )
        pairs.append(
            (
                {f"{moment:%H}", f"{moment:%I}", str(moment.hour), str(moment.hour % 12 or 12)},
                {f"{moment:%M}", str(moment.minute)},
            )
        )
        dates |= {f"{moment:{form}}" for form in ("%Y%m%d", "%d%m%Y", "%m%d%Y")}
        times.add(f"{moment:%H%M}")
    return pairs, re.compile(
        rf"({'|'.join(dates)})(\d{{4}}|\d{{6}})?(?!\d)|(?<!\d)({'|'.join(times)})\d\d(?!\d)"
    )


def clockless(text):
    """Return a text with # for each letter and digit of the date and time of this moment."""

    def cover(told):
        return re.sub(r"\w", "#", told.group())

    header = re.match(r'[^"]*"?\d{4}', text)  # a number of seconds may stand right behind one
    for start in (0, header.end() if header else 0):
        if tells_time(text[start:]):
            return text[:start] + CLOCK.sub(cover, _forms(_moments())[1].sub(cover, text[start:]))
    return text


def steady(data: bytes) -> bytes:
    """Return bytes without what differs from run to run: # for this moment's date and time, ... for addresses."""
    text = clockless(data.decode("latin-1"))
    return re.sub(ADDRESS, "0x...", text).encode("latin-1", "replace")


def cut(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return a text, or its beginning and how much was left out."""
    return (
        text if len(text) <= limit else f"{text[:limit]}\n… and {len(text) - limit} characters more"
    )
