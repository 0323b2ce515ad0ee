"""What a rule finds, and the words for it; what rules of several functions look for."""

import socket
from dataclasses import dataclass

from lenproto.exercises.driven import MOST_BYTES
from lenproto.lab.shocks import Send
from lenproto.lab.trace import RECEIVING, SENDING, Where, literal

SHOWN_BYTES = 40  # of evidence in a sentence
SHOWN_CHARACTERS = 60
MOST_SENDS = 200  # one after another, without a look at what comes

PLAINLY = {  # what Python means by its errors
    NameError: "a name that nothing has been given to",
    AttributeError: "the value has nothing of that name",
    TypeError: "a value of another kind is needed there",
    ImportError: "there is nothing of that name to import",
    IndexError: "there are not so many items",
    KeyError: "the table has no such entry",
    ZeroDivisionError: "nothing can be divided by zero",
    RecursionError: "a function calls itself without end",
    UnicodeError: "these bytes or letters do not exist in that encoding",
    ValueError: "the value is of the right kind, and makes no sense there",
    OSError: "the system refused what was asked of it",
}
# no peer can bring these about
OWN_FAULT = (NameError, AttributeError, TypeError, ImportError, SyntaxError)


@dataclass(frozen=True)
class Finding:
    """What is wrong: the misconception's name, the evidence in a sentence; bytes and the place of the first wrong one.

    where is the line of the function that it leads to.
    """

    misconception: str
    message: str
    data: bytes = b""
    at: int | None = None
    where: Where | None = None


def forbidden(seen):
    """What no function may do, whatever it is for."""
    if seen.ending == "exited":
        return Finding(
            "ends-the-program",
            "It called exit(): that ends the whole program, not only this function.",
            where=seen.failed_at,
        )
    if seen.asked and seen.case.function != "send_requests":
        return Finding(
            "asks-the-keyboard", "It called input(): nobody sits at this function's keyboard."
        )
    if len(seen.sent) >= MOST_BYTES:
        return Finding(
            "sends-without-end",
            f"It sent over {MOST_BYTES:,} bytes, and would go on.",
            where=last_line(seen),
        )
    if (
        seen.ending == "late"
        and len(seen.trace) > MOST_SENDS
        and all(call.name in SENDING for call in seen.trace[-MOST_SENDS:])
    ):
        return Finding(
            "sends-without-end",
            f"It sent more than {MOST_SENDS} times, and read nothing between.",
            where=last_line(seen),
        )
    if seen.ending == "late":
        place = seen.stuck or "it goes round and round, or waits for what is no peer's"
        return Finding(
            "never-ends",
            f"It was stopped, for it did not come back: {place}.",
            where=seen.stuck and seen.stuck.where,
        )
    if seen.threads:
        return Finding(
            "leaves-a-thread", f"It has returned, and left {count(seen.threads, 'thread')} running."
        )
    if isinstance(seen.error, TypeError) and seen.failed_at is None:
        return Finding(
            "takes-other-parameters", f"It cannot be called as the course says: {seen.error}."
        )
    return None


def ended_otherwise(seen):
    """It raised, waits or spins, and no rule of its function had more to say."""
    if seen.ending == "raised":
        return _raised(seen)
    if seen.ending == "spins":
        return _spins(seen)
    if seen.ending == "waits":
        return Finding(
            "waits-for-ever",
            f"It waits in {call_text(seen.call)}, and nothing will come.",
            where=seen.call.where,
        )
    return None


def _raised(seen):
    told, where = f"It raised {error_text(seen.error)}{at_line(seen.failed_at)}", seen.failed_at
    if isinstance(seen.error, UnicodeDecodeError):
        return Finding("decodes-blindly", f"{told}: not all bytes are text.", where=where)
    if isinstance(seen.error, OWN_FAULT) or seen.case.peer == "polite":
        meaning = next(
            (words for kind, words in PLAINLY.items() if isinstance(seen.error, kind)), ""
        )
        return Finding("has-an-error", f"{told}{': ' * bool(meaning)}{meaning}.", where=where)
    return Finding(
        "raises-where-it-should-return", f"{told}, when {what_peer_did(seen.case)}.", where=where
    )


def _spins(seen):
    call = seen.call or seen.trace[-1]
    if call.at_end_of_stream:
        return Finding(
            "does-not-stop-at-the-end",
            f'It got b"" from {call.text()} again and again: nothing more will come.',
            where=call.where,
        )
    if ended := next((call for call in seen.trace if call.at_end_of_stream), None):
        return Finding(
            "does-not-stop-at-the-end",
            f'{ended.text()} gave b"", the end of the stream, and it went on, to '
            f"{call.text()} again and again.",
            where=ended.where,
        )
    if isinstance(call.result, TimeoutError):
        return Finding(
            "never-gives-up",
            f"Its {call.text()} ran into the time limit again and again.",
            where=call.where,
        )
    return Finding(
        "goes-on-after-an-error",
        f"{call.text()} gave {call.outcome()} again and again.",
        where=call.where,
    )


# ---- what several functions do wrong ----


def reads(seen):
    """Its calls that read from a connection."""
    return [call for call in seen.trace if call.name in RECEIVING]


def sent_after(seen, call):
    """Its first call that sent something and began when this one had ended.

    What another thread sent meanwhile is none.
    """
    sends = (each for each in seen.trace if each.name in SENDING and each.data)
    return next((each for each in sends if each.started >= call.ended), None)


def first_read_over(seen, most):
    """Its first call that got more than so many bytes at once."""
    return next((call for call in reads(seen) if len(call.data) > most), None)


def short_read(seen):
    """The last call that got fewer bytes than it asked for, and after which the rest was not asked for.

    Where the rest was always asked for, the first one that got fewer.
    """
    calls = [call for call in reads(seen) if isinstance(call.argument, int)]
    short = [
        (call, after)
        for call, after in zip(calls, [*calls[1:], None], strict=True)
        if 0 < len(call.data) < call.argument
    ]
    last = [
        call
        for call, after in short
        if after is None or after.argument != call.argument - len(call.data)
    ]
    return (last or [call for call, _ in short] or [None])[0]


def took_for_all(call):
    """It got less than it asked for, and did not ask for the rest."""
    return Finding(
        "one-recv-for-all",
        f"{call.text()} gave {literal(call.data)}, and it went on as if all had come.",
        where=call.where,
    )


def wanted(seen):
    """How many bytes the call in which it waits wants, with those that the same loop has collected before."""
    call, total = seen.call, seen.call.argument if isinstance(seen.call.argument, int) else 0
    for earlier in reversed([each for each in reads(seen) if each.data and each is not call]):
        if earlier.argument != total + len(earlier.data):
            break
        total = earlier.argument
    return total


def waits_for_more(seen, had):
    """It waits for bytes behind those that make the whole."""
    return Finding(
        "asks-for-too-much",
        f"It has read {had}, and waits in {call_text(seen.call)} for more.",
        where=seen.call.where,
    )


# ---- words ----


def what_peer_did(case):
    """The story of a case in the middle of a sentence."""
    return case.did


def said(case):
    """All that the peer of a case says."""
    return b"".join(step.data for step in case.script if isinstance(step, Send))


def count(number, thing):
    """A number of things."""
    return f"{number} {thing}{'s' * (number != 1)}"


def call_text(call):
    """A call, and its line."""
    return call.text() + (
        f" in line {call.where.line} of {call.where.function}" if call.where else ""
    )


def at_line(where):
    return f" in line {where.line} of {where.function}" if where else ""


def error_text(error):
    """An error as Python words it."""
    words = " ".join(str(error).split())
    return type(error).__name__ + (f" ({words[:100]})" if words else "")


def last_line(seen):
    """The line of its last call that sent something."""
    return next((call.where for call in reversed(seen.trace) if call.name in SENDING), None)


def answer_line(seen):
    """The line where its last answer begins: the header may be sent by itself."""
    sends = []
    for call in reversed(seen.trace):
        if call.name in SENDING:
            sends.append(call.where)
        elif sends:
            break
    return sends[-1] if sends else None


def thing(value):
    """A value in a word or two: what a message may show of it, the same each run."""
    if isinstance(value, socket.socket):
        return "a socket"
    if isinstance(value, tuple | list):
        kind = "a tuple" if isinstance(value, tuple) else "a list"
        return f"{kind} of {len(value)} ({', '.join(map(thing, value[:4]))})"
    if isinstance(value, str | bytes | int | float | bool) or value is None:
        shown = repr(value)
        return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "…"
    return f"a {type(value).__name__}"
