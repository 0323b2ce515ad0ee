"""What a rule finds, and the words for it; what rules of several functions look for."""

import itertools
import socket
from dataclasses import dataclass

from lenproto.exercises.functions import errors, part
from lenproto.exercises.judging.driven import MOST_BYTES
from lenproto.exercises.judging.run import MOST_SENDS, Seen
from lenproto.exercises.report.misconceptions import ANY, observed
from lenproto.lab.call import RECEIVING, SENDING, Where, literal
from lenproto.lab.program import text
from lenproto.lab.shocks.script import Send
from lenproto.words import Words

SHOWN_BYTES = 40  # of evidence in a sentence
SHOWN_CHARACTERS = 60

# errors that judging.toml explains in plain words, the narrower ones first
PLAINLY = (
    UnboundLocalError,
    NameError,
    AttributeError,
    TypeError,
    ImportError,
    IndexError,
    KeyError,
    ZeroDivisionError,
    RecursionError,
    UnicodeError,
    ValueError,
    OSError,
)
# refused calls that a function's own rules explain
OWN_RULES = {
    ("initial_contact", "connect"),
    ("initial_listen", "bind"),
    ("initial_listen", "connect"),
}
# no peer can bring these about
OWN_FAULT = (NameError, AttributeError, TypeError, ImportError, SyntaxError)


@dataclass(frozen=True)
class Finding:
    """What is wrong: the misconception's name, what was seen of it; bytes and the place of the first wrong one.

    where is the line of the function that it leads to.
    """

    misconception: str
    words: Words
    data: bytes = b""
    at: int | None = None
    where: Where | None = None

    @property
    def message(self):
        """What was seen, in a sentence."""
        return str(self.words)


def found(name, /, data=b"", at=None, where=None, *, of=ANY, **evidence):
    """Return the Finding of this name, or of a variant of it, with what its sentence of a table is about."""
    return Finding(*observed(name, of=of, **evidence), data, at, where)


def first_wrong(data, right):
    """Return where bytes or a text first differ from the right ones; the end, where something is missing there."""
    pairs = enumerate(zip(data, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(data), len(right)))


def explain(seen):
    """Return the Finding that explains best what was Seen; None if all was as it should be.

    A rule looks at bytes, calls and results, never at the source: any right way of writing passes.
    """
    finding = forbidden(seen) or part(seen.case.function, "rules").explain(seen)
    if finding and seen.driver and (kept := seen.driver.kept_back):
        # write() to a file of a socket is thought to send: it waits for more, or for flush()
        return found(
            "not-flushed", data=kept, bytes=literal(kept[:SHOWN_BYTES]), where=finding.where
        )
    return finding or _not_ones_own(seen)


def _not_ones_own(seen):
    """Whether it was lenproto's own function that talked."""
    return found("not-ones-own.talks", function=seen.ours) if seen.ours else None


def forbidden(seen):
    """What no function may do, whatever it is for."""
    if seen.ending == "exited":
        return found("ends-the-program.exit", where=seen.failed_at)
    if wrong := _reaches_others(seen):
        return wrong
    if seen.asked and seen.case.function != "send_requests":
        return found("asks-the-keyboard")
    if len(seen.sent) >= MOST_BYTES:
        return found("sends-without-end.bytes", bytes=f"{MOST_BYTES:,}", where=last_line(seen))
    if seen.ending == "spins" and seen.sends >= MOST_SENDS:
        return found("sends-without-end.times", times=MOST_SENDS, where=last_line(seen))
    if seen.ending == "late":
        place = seen.stuck.words if seen.stuck else Words("judging.stuck.nowhere")
        return found("never-ends.stopped", place=place, where=seen.stuck and seen.stuck.where)
    if seen.threads:
        return found("leaves-a-thread.running", threads=count(seen.threads, "thread"))
    # what is started is thought to be done
    if (later := seen.after_return) and seen.ending == "returned":
        return found("leaves-a-thread.went-on", call=later.text(), where=later.where)
    if isinstance(seen.error, TypeError) and seen.failed_at is None:
        return found("takes-other-parameters", error=text(seen.error))
    return None


def _reaches_others(seen):
    """It tried to reach somebody who is none of its case, and no function has a name of its own for that."""
    for act, call in seen.refused:
        if (seen.case.function, act) in OWN_RULES:
            continue
        if act == "connect":
            return found("second-connection", call=call.text(), where=call.where)
        return found(f"reaches-others.{act}", call=call.text(), where=call.where)
    return None


def ended_otherwise(seen):
    """It raised, waits or spins, and no rule of its function had more to say."""
    if seen.ending == "raised":
        return _raised(seen)
    if seen.ending == "spins":
        return _spins(seen)
    if seen.ending == "waits":
        return found("waits-for-ever", call=call_text(seen.call), where=seen.call.where)
    return None


def _raised(seen):
    error, where = raised(seen), seen.failed_at
    if isinstance(seen.error, MemoryError):
        return found("uses-too-much-memory.allowed")
    if isinstance(seen.error, UnicodeDecodeError):
        return found("decodes-blindly", error=error, where=where)
    if isinstance(seen.error, OWN_FAULT) or seen.case.peer == "polite":
        if name := errors.misconception(seen.error, seen.trace[-1] if seen.trace else None):
            return found(name, error=error, where=where)
        return _has_an_error(seen, error)
    did = what_peer_did(seen.case)
    return found("raises-where-it-should-return", error=error, did=did, where=where)


def _has_an_error(seen, error):
    """Any other error: for the hints what Python says of it, its kind, and an import that is perhaps missing."""
    kind = next((kind.__name__ for kind in PLAINLY if isinstance(seen.error, kind)), "")
    more = {
        "python": python_says(seen.error),
        "kind": kind,
        "forgotten": "" if seen.guess else errors.forgotten(seen.error),
    }
    if not kind:
        return found("has-an-error.unexplained", error=error, where=seen.failed_at, **more)
    meaning = Words(f"judging.plainly.{kind}")
    more["where"] = seen.failed_at
    if guess := seen.guess:
        return found("has-an-error.guessed", error=error, meaning=meaning, guess=guess, **more)
    return found("has-an-error.explained", error=error, meaning=meaning, **more)


def _spins(seen):
    call = seen.call or seen.trace[-1]
    if how := seen.driver.never_gives_up:
        return found(f"never-gives-up.{how}", call=call.text(), where=call.where)
    if call.at_end_of_stream:
        return found("does-not-stop-at-the-end.again", call=call.text(), where=call.where)
    if ended := next((call for call in seen.trace if call.at_end_of_stream), None):
        return found(
            "does-not-stop-at-the-end.on", end=ended.text(), call=call.text(), where=ended.where
        )
    return found(
        "goes-on-after-an-error", call=call.text(), outcome=call.outcome(), where=call.where
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
        for call, after in itertools.zip_longest(calls, calls[1:])
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
    return found("one-recv-for-all", call=call.text(), bytes=literal(call.data), where=call.where)


def wanted(seen):
    """How many bytes the call in which it waits wants, with those that the same loop has collected before."""
    call, total = seen.call, seen.call.argument if isinstance(seen.call.argument, int) else 0
    for earlier in reversed([each for each in reads(seen) if each.data and each is not call]):
        if earlier.argument != total + len(earlier.data):
            break
        total = earlier.argument
    return total


def only_as_bytes(printed, text):
    """Whether a text was printed in the spelling of bytes alone: b'lena'. Who prints it so besides has printed it."""
    for spelling in (f"b'{text}", f'b"{text}'):
        printed = printed.replace(spelling, "")
    return text.strip() not in printed


def waits_for_more(seen, had, **values):
    """It waits for bytes behind those that make the whole: the sentence of this name."""
    return found(
        f"asks-for-too-much.{had}", call=call_text(seen.call), **values, where=seen.call.where
    )


# ---- words ----


def asides(seen: Seen, finding: Finding | None) -> list[Words]:
    """What else is to be said of a function's lines, whatever it was that was found."""
    told = list(seen.warned.mixed)
    left_open = seen.warned.unclosed or seen.left_open
    if not finding and left_open and _failed_as_it_should(seen):
        told.append(Words("judging.aside.left-open", did=what_peer_did(seen.case)))
    return told


def _failed_as_it_should(seen):
    """Whether there was no contact, or no listening, as the case will have it."""
    if seen.case.level != "shock":
        return False
    if seen.case.function == "initial_listen":
        return seen.ending == "raised"
    first = seen.result[0] if isinstance(seen.result, tuple | list) and seen.result else seen.result
    return seen.case.function == "initial_contact" and first is not True


def what_peer_did(case):
    """The story of a case in the middle of a sentence."""
    return case.did


def said(case):
    """All that the peer of a case says."""
    return b"".join(step.data for step in case.script if isinstance(step, Send))


def count(number, thing):
    """A number of things: answers, bytes, digits or threads."""
    return Words(f"judging.count.{thing}", n=number)


def call_text(call):
    """A call, and its line."""
    return _there(call.text(), call.where)


def raised(seen):
    """The error that the function raised, and the line."""
    return _there(error_text(seen.error), seen.failed_at)


def _there(what, where):
    """A call or an error, in its line if that is known."""
    return Words("judging.there", what=what, place=place(where)) if where else what


def place(where):
    """A line of a function."""
    return Words("judging.place", line=where.line, function=where.function)


def error_text(error):
    """An error as Python words it."""
    words = _words(error)
    return type(error).__name__ + (f" ({words})" if words else "")


def python_says(error):
    """An error as Python shows it in its last line."""
    words = _words(error)
    return type(error).__name__ + (f": {words}" if words else "")


def _words(error):
    return " ".join(text(error).split())[:100]


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
        return Words("judging.thing.socket")
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return Words(f"judging.thing.{kind}", size=len(value), items=[*map(thing, value[:4])])
    if isinstance(value, str | bytes | int | float | bool) or value is None:
        shown = repr(value)
        return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "…"
    return Words("judging.thing.object", kind=type(value).__name__)
