"""What is wrong with a serve_requests."""

import errno
import re

from lenproto.exercises.cases import DRAWS, KNOWN
from lenproto.exercises.evidence import CLOCK, clockless, tells_time
from lenproto.exercises.rules.finding import (
    SHOWN_BYTES,
    Finding,
    answer_line,
    at_line,
    count,
    ended_otherwise,
    error_text,
    first_read_over,
    last_line,
    reads,
    said,
    sent_after,
    short_read,
    took_for_all,
    waits_for_more,
    wanted,
    what_peer_did,
)
from lenproto.exercises.rules.finding import call_text as text_of
from lenproto.exercises.rules.framing import diagnose, frames
from lenproto.lab.shocks import ExpectAnswer, ShutDown
from lenproto.lab.trace import RECEIVING, literal
from lenproto.wire import HANDSHAKE, HEADER_BYTES, REQUEST_BYTES

LEAVING = ("leaves", "resets", "silent")  # peers that do not stay until EXIT
ASKABLE = (*KNOWN, "EXIT")


def judge(seen):
    case = seen.case
    if case.request in ("EXIT", "") or case.setting == "flood":
        return _goodbye(seen, b"" if case.setting == "flood" else seen.sent)
    requests = _requests(case)
    if case.peer == "cut":
        return _cut(seen, requests)
    answers = _first_frame(seen.sent) if case.peer in LEAVING else seen.driver.answers
    for number, request in enumerate(requests):
        if not answers[number:] or not answers[number]:
            return _unanswered(seen, request, number)
        if found := _answer(seen, request, answers[number], number):
            return found
    return _draws(seen, requests) or _goodbye(seen, b"".join(answers[len(requests) :]))


def _requests(case):
    """What the peer asks and should be answered, in turn."""
    talk = case.before + said(case)
    asked = [case.request] + [
        talk[at : at + 4].decode("ascii", "replace") for at in range(0, len(talk) - 3, 4)
    ]
    return [request for request in asked if request != "EXIT"][
        : sum(isinstance(step, ExpectAnswer) for step in case.script)
    ]


def _first_frame(stream):
    """A stream in two: its first frame, and what is left; or all of it, where it does not begin with a whole one."""
    bodies, _ = frames(stream)
    size = HEADER_BYTES + len(bodies[0]) if bodies else len(stream)
    return [stream[:size], stream[size:]]


# ---- a request without an answer ----


def _unanswered(seen, request, number):
    """What it means that a request got no answer."""
    if seen.ending == "waits" and seen.call.name in RECEIVING:
        return _waits_instead(seen, request, number)
    unknown = request not in KNOWN
    if seen.ending == "raised" and unknown and not isinstance(seen.error, UnicodeDecodeError):
        return Finding(
            "raises-on-unknown",
            f"It raised {error_text(seen.error)}{at_line(seen.failed_at)}, when "
            f"{what_peer_did(seen.case)}.",
            where=seen.failed_at,
        )
    if seen.ending != "returned":
        return ended_otherwise(seen)
    if request == "exit":
        return Finding(
            "takes-small-letters",
            "The client asked for exit, in small letters, and it ended the conversation; "
            "requests are capitals.",
            where=last_line(seen),
        )
    if unknown:
        return Finding(
            "closes-on-unknown",
            f"{request!r} is not known, and it ended the conversation; a client may ask on.",
            where=last_line(seen),
        )
    if number == 0:
        return Finding("sends-no-answer", f"It ended without an answer to {request}.")
    return Finding(
        "one-request-only",
        f"After {count(number, 'answer')} it ended the conversation, without EXIT.",
        where=last_line(seen),
    )


def _waits_instead(seen, request, number):
    """It waits for the next request, and the client for the answer to this one."""
    line, where = text_of(seen.call), seen.call.where
    if request not in KNOWN:
        return Finding(
            "silent-on-unknown",
            f"{request!r} got no answer: it waits in {line} for the next request, and the client "
            "for the answer.",
            where=where,
        )
    if number:
        if wanted(seen) > REQUEST_BYTES or _reads_byte_by_byte(seen):
            return waits_for_more(seen, literal(seen.received[-REQUEST_BYTES:]))
        return Finding(
            "silent-on-a-request",
            f"{request} got no answer: it waits in {line} for the next request.",
            where=where,
        )
    if wanted(seen) == len(HANDSHAKE):
        return Finding(
            "reads-the-handshake-again",
            f"It waits in {line} for two bytes: check_client has read the handshake.",
            where=where,
        )
    if seen.printed.strip() and request not in seen.printed:
        return Finding(
            "prints-instead-of-sending",
            f"It printed {seen.printed.strip()[:SHOWN_BYTES]!r}, sent nothing, and waits in {line} "
            "for the next request.",
            where=where,
        )
    return Finding(
        "first-request-lost",
        f"It was given the request {request}, and waits in {line} for another one "
        "before it has answered.",
        where=where,
    )


def _reads_byte_by_byte(seen):
    """Whether it has read a whole request one byte at a time, and waits for one more."""
    return (
        seen.call.argument == 1
        and [call.argument for call in reads(seen)][:REQUEST_BYTES] == [1] * REQUEST_BYTES
    )


# ---- an answer ----


def _answer(seen, request, data, number):
    """What is wrong with the bytes that answer a request."""
    bodies, rest = frames(data)
    where = last_line(seen)
    if len(bodies) == 2 and not rest:
        return Finding(
            "answers-twice",
            f"{request} was answered twice.",
            data,
            HEADER_BYTES + len(bodies[0]),
            where,
        )
    if rest or len(bodies) != 1:
        return diagnose(data, request, answer_line(seen))
    try:
        text = bodies[0].decode("utf-8")
    except UnicodeDecodeError as error:
        return Finding(
            "body-is-no-utf-8",
            "The body of the answer is no UTF-8.",
            data,
            HEADER_BYTES + error.start,
            where,
        )
    name, message = _content(seen, request, text, number) or (None, "")
    return name and Finding(name, message, data, HEADER_BYTES, where)


def _content(seen, request, text, number):
    """What is wrong with the words of an answer: a misconception and a sentence."""
    shown = clockless(text)
    if not text.strip():
        return "empty-answer", f"The answer to {request} is empty."
    if request not in KNOWN:
        return _unknown(seen, request, text, number)
    if sum(name in text for name in ASKABLE if name != request) > 1:
        return (
            "known-request-unknown",
            f"{request} was answered as if it were not known: {shown!r}.",
        )
    if re.fullmatch(r"b'.*'|b\".*\"", text, re.DOTALL):
        return (
            "bytes-as-text",
            f"The answer to {request} is {shown!r}: bytes that were made text with str().",
        )
    wrong = {"RAND": _random, "TIME": _time, "NAME": _name}[request](text)
    if wrong and text in _earlier(seen, number):
        return (
            "answers-an-earlier-request",
            f"{request} was asked, and {shown!r} came: the answer to an earlier request.",
        )
    return wrong


def _unknown(seen, request, text, number):
    if request == "time" and tells_time(text):
        return (
            "takes-small-letters",
            "The client asked for time, in small letters, and was told the time; requests are capitals.",
        )
    if text in _earlier(seen, number) and not any(name in text for name in ASKABLE):
        return (
            "answers-an-earlier-request",
            f"{request!r} is not known, and {text!r} came: the answer to an earlier request.",
        )
    if missing := [name for name in KNOWN if name not in text.upper()]:
        return (
            "unknown-names-nothing",
            f"{request!r} is not known, and the answer does not say that one may ask for {', '.join(missing)}.",
        )
    return None


def _earlier(seen, number):
    """The answers before one."""
    return [
        body.decode("utf-8", "replace")
        for body in frames(b"".join(seen.driver.answers[:number]))[0]
    ]


def _random(text):
    numbers = re.findall(r"-?\d+(?:[.,]\d+)?", text)
    if len(numbers) != 1 or not numbers[0].lstrip("-").isdecimal():
        return (
            "random-number-is-none",
            f"RAND should be answered by a whole number from 1 to 10; {clockless(text)!r} came.",
        )
    if not 1 <= int(numbers[0]) <= 10:
        return (
            "random-number-out-of-range",
            f"RAND was answered by {numbers[0]}; it should be from 1 to 10.",
        )
    return None


def _time(text):
    if tells_time(text):
        return None
    return (
        "time-is-not-now",
        f"TIME should be answered by the server's date and time; {text!r} came.",
    )


def _name(text):
    if (tells_time(text) and CLOCK.search(text)) or re.fullmatch(r"\d{1,2}", text.strip()):
        return (
            "answers-another-request",
            f"NAME was asked, and {clockless(text)!r} came: the answer to another request.",
        )
    return None


def _draws(seen, requests):
    """What is wrong with many random numbers, each of which is right."""
    if len(requests) != DRAWS:
        return None
    bodies, where = [body.decode() for body in frames(seen.sent)[0]], last_line(seen)
    if len(set(bodies)) == 1:
        return Finding(
            "random-number-is-constant",
            f"RAND was asked {DRAWS} times, and always {bodies[0]!r} came.",
            where=where,
        )
    drawn = {int(number) for body in bodies for number in re.findall(r"\d+", body)}
    if never := set(range(1, 11)) - drawn:
        told = f"RAND was asked {DRAWS} times, and {', '.join(map(str, sorted(never)))} never came."
        return Finding("random-number-left-out", told, where=where)
    return None


# ---- the end of the conversation ----


def _goodbye(seen, rest):
    """What is wrong with the end: what came behind the last answer, and whether it was closed."""
    case, left = seen.case, seen.case.peer in LEAVING
    if rest and (found := _sent_more(seen, rest, left)):
        return found
    if answered := _answer_after_the_end(seen):
        return Finding(
            "does-not-stop-at-the-end",
            f'It got b"", the end of the stream, and sent {_shown(answered.data)} after it.',
            where=answered.where,
        )
    if seen.ending == "waits" and case.peer == "polite" and seen.call.name != "accept":
        return _not_ended(seen)
    bad_descriptor = isinstance(seen.error, OSError) and seen.error.errno == errno.EBADF
    if bad_descriptor and seen.sock.fileno() == -1:
        return Finding(
            "goes-on-after-closing",
            f"It closed the client's socket, and then used it{at_line(seen.failed_at)}.",
            where=seen.failed_at,
        )
    if seen.ending == "raised" and case.peer == "polite" and _on_purpose(seen.error):
        return Finding(
            "raises-where-it-should-return",
            f"It raised {error_text(seen.error)}{at_line(seen.failed_at)}, when the client "
            "asked EXIT.",
            where=seen.failed_at,
        )
    if found := ended_otherwise(seen):
        return found
    if seen.sock.fileno() != -1 and (left or not seen.driver.peer.ended):
        return Finding("does-not-close", "It has returned, and the client's socket is still open.")
    return None


def _sent_more(seen, rest, left):
    """It sent something behind the last answer that was due."""
    case, where = seen.case, last_line(seen)
    if left and (short := short_read(seen)):
        return took_for_all(short)
    if seen.ending == "spins" or any(isinstance(step, ShutDown) for step in case.script):
        return Finding(
            "does-not-stop-at-the-end",
            f'It got b"", the end of the stream, and answered {_shown(rest)}.',
            where=where,
        )
    if not left:
        return Finding(
            "answers-exit",
            f"The client asked EXIT, and it sent {_shown(rest)}; EXIT has no answer.",
            rest,
            0,
            where,
        )
    if case.request == "":
        return Finding(
            "answers-an-empty-request",
            f"There was no request, for the client had left, and it sent {_shown(rest)}.",
            rest,
            0,
            where,
        )
    return None


def _answer_after_the_end(seen):
    """Its first call that sent something when it had read the end of the stream."""
    end = next((call for call in seen.trace if call.at_end_of_stream), None)
    return end and sent_after(seen, end)


def _shown(rest):
    return literal(rest[:SHOWN_BYTES])


def _not_ended(seen):
    """The client sent EXIT, and it waits."""
    if wanted(seen) > REQUEST_BYTES or _reads_byte_by_byte(seen):
        return waits_for_more(seen, f"{literal(seen.received[-REQUEST_BYTES:])}, the whole request")
    return Finding(
        "ignores-exit",
        f"The client sent EXIT, and it waits in {text_of(seen.call)} for more.",
        where=seen.call.where,
    )


def _on_purpose(error):
    """Whether an error is rather one that a function raises itself to end than one that happens to it."""
    kind = type(error)
    return kind in (Exception, RuntimeError, StopIteration, EOFError) or (
        kind.__module__ != "builtins" and not isinstance(error, OSError)
    )


# ---- requests in pieces ----


def _cut(seen, requests):
    """Requests that came in other pieces than it was hoped."""
    bodies, rest = frames(seen.sent)
    all_answered = len(bodies) == len(requests) and not rest
    if all_answered and seen.ending == "returned" and seen.driver.peer.ended:
        return None
    if greedy := first_read_over(seen, REQUEST_BYTES):
        return Finding(
            "reads-too-much",
            f"{greedy.text()} gave {literal(greedy.data)}: more than one request. What was too much is lost.",
            greedy.data,
            REQUEST_BYTES,
            greedy.where,
        )
    if short := short_read(seen):
        return took_for_all(short)
    return ended_otherwise(seen) or Finding(
        "one-recv-for-all", "Requests that came in pieces were not put together."
    )
