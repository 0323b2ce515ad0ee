"""What is wrong with a serve_requests."""

import dataclasses
import errno
import functools
import re

from lenproto.exercises.functions import finding
from lenproto.exercises.functions.case import KNOWN
from lenproto.exercises.functions.finding import (
    SHOWN_BYTES,
    answer_line,
    count,
    ended_otherwise,
    first_read_over,
    first_wrong,
    last_line,
    place,
    raised,
    reads,
    said,
    sent_after,
    short_read,
    took_for_all,
    waits_for_more,
    wanted,
    what_peer_did,
)
from lenproto.exercises.functions.finding import call_text as text_of
from lenproto.exercises.functions.framing import diagnose, frames
from lenproto.exercises.functions.serve_requests.cases import DRAWS
from lenproto.exercises.judging import clock
from lenproto.lab.call import RECEIVING, literal
from lenproto.lab.shocks.script import ExpectAnswer, ShutDown
from lenproto.wire import HANDSHAKE, HEADER_BYTES, REQUEST_BYTES

found = functools.partial(finding.found, of="serve_requests")

LEAVING = ("leaves", "resets", "silent")  # peers that do not stay until EXIT
ASKABLE = (*KNOWN, "EXIT")


def explain(seen):
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
        if wrong := _answer(seen, request, answers[number], number):
            return wrong
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
    # a client is thought to ask only what there is
    if seen.ending == "raised" and unknown and not isinstance(seen.error, UnicodeDecodeError):
        did = what_peer_did(seen.case)
        return found("raises-on-unknown", error=raised(seen), did=did, where=seen.failed_at)
    if seen.ending != "returned":
        return ended_otherwise(seen)
    # upper() is thought to be the client's business and the server's, too
    if request == "exit":
        return found("takes-small-letters.exit", where=last_line(seen))
    # a wrong question is thought to be the end of a conversation
    if unknown:
        return found("closes-on-unknown", request=repr(request), where=last_line(seen))
    # the answer is thought to be sent when it is made
    if number == 0:
        return found("sends-no-answer", request=request)
    return found("one-request-only", answers=count(number, "answer"), where=last_line(seen))


def _waits_instead(seen, request, number):
    """It waits for the next request, and the client for the answer to this one."""

    def waits(name, **evidence):
        return found(name, call=text_of(seen.call), where=seen.call.where, **evidence)

    if request not in KNOWN:
        return waits("silent-on-unknown", request=repr(request))
    if number:
        if wanted(seen) > REQUEST_BYTES or _reads_byte_by_byte(seen):
            had = literal(seen.received[-REQUEST_BYTES:])
            return waits_for_more(seen, "bytes", bytes=had)
        return waits("silent-on-a-request", request=request)
    # each function is thought to begin the conversation anew
    if wanted(seen) == len(HANDSHAKE):
        return waits("reads-the-handshake-again")
    # what is printed is thought to be seen by the client
    if seen.printed.strip() and request not in seen.printed:
        printed = repr(seen.printed.strip()[:SHOWN_BYTES])
        return waits("prints-instead-of-sending", text=printed)
    # the first request is thought to be still to come: it was handed over
    return waits("first-request-lost", request=request)


def _reads_byte_by_byte(seen):
    """Whether it has read a whole request one byte at a time, and waits for one more."""
    return (
        seen.call.argument == 1
        and [call.argument for call in reads(seen)][:REQUEST_BYTES] == [1] * REQUEST_BYTES
    )


# ---- an answer ----


def _answer(seen, request, data, number):
    """What is wrong with the bytes that answer a request.

    A header that says the length of what follows is right, whatever follows it.
    """
    bodies, rest = frames(data)
    if len(bodies) == 2 and not rest:
        wrong, at = found("answers-twice", request=request), HEADER_BYTES + len(bodies[0])
    elif rest or len(bodies) != 1:
        return diagnose(data, request, answer_line(seen))
    else:
        try:
            text = bodies[0].decode("utf-8")
            wrong = _content(seen, request, text, number)
            at = wrong and _first_wrong_in(text, wrong)
        except UnicodeDecodeError as error:
            wrong, at = found("body-is-no-utf-8"), HEADER_BYTES + error.start
    return wrong and dataclasses.replace(wrong, data=data, at=at, where=last_line(seen))


def _first_wrong_in(text, wrong):
    """The first wrong byte of an answer whose header is right: that of the character, or of the first; None if none."""
    if wrong.misconception == "unknown-names-nothing":
        return None  # something is missing, and no byte is wrong
    return HEADER_BYTES + len(text[: wrong.at or 0].encode())


def _content(seen, request, text, number):
    """What is wrong with the words of an answer; at is the first wrong character, where it is not the very first."""
    shown = repr(text)
    if not text.strip():
        return found("empty-answer", request=request)
    if request not in KNOWN:
        return _unknown(seen, request, text, number)
    if sum(name in text for name in ASKABLE if name != request) > 1:
        return found("known-request-unknown", request=request, text=shown)
    if re.fullmatch(r"b'.*'|b\".*\"", text, re.DOTALL):
        return found("bytes-as-text", request=request, text=shown)
    looks = {"RAND": _random, "NAME": _name, "TIME": lambda text: _time(seen, text, number)}
    wrong = looks[request](text)
    stands_still = wrong and wrong.misconception == "time-stands-still"
    if wrong and not stands_still and text in _earlier(seen, number):
        return found("answers-an-earlier-request.known", request=request, text=shown)
    return wrong


def _unknown(seen, request, text, number):
    if request == "time" and clock.fields_told(text, seen.driver.moments(number)):
        return found("takes-small-letters.time")
    if text in _earlier(seen, number) and not any(name in text for name in ASKABLE):
        return found("answers-an-earlier-request.unknown", request=repr(request), text=repr(text))
    if missing := [name for name in KNOWN if name not in text.upper()]:
        return found("unknown-names-nothing", request=repr(request), requests=missing)
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
        return found("random-number-is-none", at=_no_right_number(text), text=repr(text))
    if not 1 <= int(numbers[0]) <= 10:
        start = text.index(numbers[0])
        at = start + _no_right_number(numbers[0])
        return found("random-number-out-of-range", at=at, number=numbers[0])
    return None


def _no_right_number(text):
    """The first character with which none of the right numbers begins or goes on."""
    return max(first_wrong(text, str(right)) for right in range(1, 11))


def _time(seen, text, number):
    now = seen.driver.moments(number)
    if clock.tells(text, now):
        return None
    shown = clock.shown(now[-1])
    if clock.fields_told(text, [clock.LOADING]):
        at = clock.first_wrong(text, [clock.LOADING], now[-1])
        return found("time-stands-still.loaded", at=at, text=repr(text), now=shown)
    before = [moment for each in range(number) for moment in seen.driver.moments(each)]
    if clock.fields_told(text, before):
        at = clock.first_wrong(text, before, now[-1])
        return found("time-stands-still.before", at=at, text=repr(text), now=shown)
    return found("time-is-not-now", text=repr(text))


def _name(text):
    if _is_time(text) or re.fullmatch(r"\d{1,2}", text.strip()):
        return found("answers-another-request", text=repr(text))
    return None


def _is_time(text):
    """Whether a text is a date or time, and not a name that happens to have two such numbers in it."""
    told = clock.fields_told(text, [*clock.CLOCK.moments, clock.LOADING])
    return told > 2 or (told == 2 and not re.search(r"[^\W\d_]", text))


def _draws(seen, requests):
    """What is wrong with many random numbers, each of which is right."""
    if len(requests) != DRAWS:
        return None
    bodies, where = [body.decode() for body in frames(seen.sent)[0]], last_line(seen)
    if len(set(bodies)) == 1:
        constant = repr(bodies[0])
        return found("random-number-is-constant", times=DRAWS, text=constant, where=where)
    drawn = {int(number) for body in bodies for number in re.findall(r"\d+", body)}
    if never := set(range(1, 11)) - drawn:
        return found("random-number-left-out", times=DRAWS, numbers=sorted(never), where=where)
    return None


# ---- the end of the conversation ----


def _goodbye(seen, rest):
    """What is wrong with the end: what came behind the last answer, and whether it was closed."""
    case, left = seen.case, seen.case.peer in LEAVING
    if rest and (wrong := _sent_more(seen, rest, left)):
        return wrong
    if answered := _answer_after_the_end(seen):
        sent = _shown(answered.data)
        return found("does-not-stop-at-the-end.after", bytes=sent, where=answered.where)
    if seen.ending == "waits" and case.peer == "polite" and seen.call.name != "accept":
        return _not_ended(seen)
    if wrong := _error_at_the_end(seen) or ended_otherwise(seen):
        return wrong
    if seen.sock.fileno() != -1 and (left or not seen.driver.peer.ended):
        return found("does-not-close")
    return None


def _error_at_the_end(seen):
    """It raised an error that tells how it went on, or how it wanted to end."""
    error, where = seen.error, seen.failed_at
    bad_descriptor = isinstance(error, OSError) and error.errno == errno.EBADF
    if bad_descriptor and seen.sock.fileno() == -1:
        if where is None:
            return found("goes-on-after-closing.somewhere")
        return found("goes-on-after-closing.there", place=place(where), where=where)
    if seen.ending == "raised" and seen.case.peer == "polite" and _on_purpose(error):
        return found("raises-where-it-should-return", error=raised(seen), where=where)
    return None


def _sent_more(seen, rest, left):
    """It sent something behind the last answer that was due."""
    case, where, sent = seen.case, last_line(seen), _shown(rest)
    if left and (short := short_read(seen)):
        return took_for_all(short)
    if seen.ending == "spins" or any(isinstance(step, ShutDown) for step in case.script):
        return found("does-not-stop-at-the-end.answered", bytes=sent, where=where)
    if not left:
        return found("answers-exit", rest, 0, where, bytes=sent)
    if case.request == "":
        return found("answers-an-empty-request", rest, 0, where, bytes=sent)
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
        return waits_for_more(seen, "request", bytes=literal(seen.received[-REQUEST_BYTES:]))
    return found("ignores-exit", call=text_of(seen.call), where=seen.call.where)


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
        before = sum(len(call.data) for call in reads(seen) if call.ended <= greedy.started)
        return found(
            "reads-too-much",
            greedy.data,
            REQUEST_BYTES - before % REQUEST_BYTES,
            greedy.where,
            call=greedy.text(),
            bytes=literal(greedy.data),
        )
    if short := short_read(seen):
        return took_for_all(short)
    return ended_otherwise(seen) or found("one-recv-for-all")
