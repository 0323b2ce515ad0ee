"""What is wrong with a send_requests."""

import dataclasses
import functools
import re

from lenproto.exercises.functions import finding
from lenproto.exercises.functions.case import KNOWN
from lenproto.exercises.functions.finding import (
    SHOWN_BYTES,
    ended_otherwise,
    first_read_over,
    last_line,
    raised,
    reads,
    sent_after,
    short_read,
    took_for_all,
    waits_for_more,
    wanted,
    what_peer_did,
)
from lenproto.exercises.functions.finding import call_text as text_of
from lenproto.exercises.functions.framing import frames
from lenproto.lab.call import RECEIVING, SENDING, literal
from lenproto.lab.shocks.script import Expect, Send
from lenproto.lab.shocks.table import HALF
from lenproto.wire import HANDSHAKE, HEADER_BYTES, REQUEST_BYTES

found = functools.partial(finding.found, of="send_requests")

MISREAD_AS = ("latin-1", "cp1252", "cp1255")


def explain(seen):
    if seen.case.setting == "no-answer":
        return _without_an_answer(seen) or ended_otherwise(seen)
    if seen.case.level == "spec":
        return (
            _asked(seen)
            or _reading(seen)
            or _left_unread(seen)
            or _after_exit(seen)
            or ended_otherwise(seen)
            or _printed(seen)
            or _printed_too_late(seen)
        )
    return _shock(seen) or ended_otherwise(seen) or _half_printed(seen) or _printed(seen)


def _without_an_answer(seen):
    """Whether it asks on, though the server has answered nothing."""
    # a loop is thought to begin in any case
    if seen.taken or seen.sent:
        return found("asks-without-an-answer", where=last_line(seen))
    return None


# ---- what it asks ----


def _asked(seen):
    """What is wrong with what it sent to a polite server; nothing if that was right as far as it went."""
    sent, right = (
        seen.sent,
        b"".join(step.exactly for step in seen.case.script if isinstance(step, Expect)),
    )
    if right.startswith(sent) and len(sent) % REQUEST_BYTES == 0 and sent:
        return None
    if not sent:
        return _asked_nothing(seen)
    at = next(
        (i for i, (a, b) in enumerate(zip(sent, right, strict=False)) if a != b),
        min(len(sent), len(right)),
    )
    start = at - at % REQUEST_BYTES
    wrong = _bytes_asked(seen, sent, right, at) or _letters(
        seen, sent[start:][:SHOWN_BYTES], right, start
    )
    return dataclasses.replace(wrong, data=sent, at=at, where=last_line(seen))


def _asked_nothing(seen):
    # the server is thought to ask
    if seen.ending == "waits" and seen.call.name in RECEIVING:
        return found("reads-before-it-asks", call=text_of(seen.call), where=seen.call.where)
    return found("sends-no-request") if seen.ending == "returned" else None


def _bytes_asked(seen, sent, right, at):
    """Bytes that are no part of any request, or requests that come again."""
    start = at - at % REQUEST_BYTES
    got, before = sent[start:], sent[start - REQUEST_BYTES : start]
    shown = literal(sent[:SHOWN_BYTES])
    # each request is thought to begin a conversation
    if got.startswith(HANDSHAKE) and at == start:
        return found("says-hi-twice", bytes=shown)
    if got[:1] in b"\r\n":
        return found("sends-a-newline")
    # a line is thought to end where its letters end
    if b"\n" in got[:REQUEST_BYTES] or b"\r" in got[:REQUEST_BYTES]:
        return found("sends-a-newline")
    # all that is sent is thought to be led by its length
    if re.match(rb"\d{4}", got) or got[:2] == b"\0\0":
        return found("request-with-length", bytes=literal(got[:8]))
    if before and got[:REQUEST_BYTES] == before:
        if any(call.name in RECEIVING and call.data for call in _between_requests(seen)):
            return found("asks-the-same-again", bytes=shown)
        return found("sends-a-request-twice", bytes=shown)
    if at >= len(right):
        return found("asks-after-the-end.exit", bytes=literal(got[:SHOWN_BYTES]))
    return None


def _between_requests(seen):
    """Its calls after the first that sent something, up to the next that did."""
    sends = [index for index, call in enumerate(seen.trace) if call.name in SENDING]
    return seen.trace[sends[0] : sends[1]] if len(sends) > 1 else []


def _letters(seen, got, right, start):
    """What is wrong with the letters of a request, which begins at a byte of all that it should have sent."""
    wanted, typed = (
        right[start : start + REQUEST_BYTES],
        [*seen.case.typed, ""][start // REQUEST_BYTES],
    )
    four = got[:REQUEST_BYTES]
    upper = four.upper()

    def sent(name, shown=got, by=typed, **evidence):
        return found(name, typed=repr(by), bytes=literal(shown), **evidence)

    # the server is thought to take small letters, too
    if upper != four and (upper == wanted or wanted.startswith(upper)):
        return sent("not-in-capitals", four)
    if start and not wanted.startswith(upper[:1]) and typed != seen.case.typed[0]:
        before = seen.case.typed[start // REQUEST_BYTES - 1]
        return sent("request-too-long", seen.sent[:SHOWN_BYTES], before)
    # a short request is thought to be one all the same: the server waits for its fourth byte
    if len(got) < REQUEST_BYTES:
        return sent("request-too-short")
    if four.decode("ascii", "replace") in seen.case.typed[start // REQUEST_BYTES + 1 :]:
        # what a server does not know, the server says; this client knows it beforehand
        return sent("skips-a-request" if typed.upper() in KNOWN else "decides-for-the-server")
    if len(typed) < REQUEST_BYTES and typed.encode() in four:
        return sent("request-padded-wrongly")
    if four.decode("ascii", "replace").strip() in typed.upper():
        return sent("takes-the-wrong-letters")
    return sent("other-request", due=literal(wanted))


# ---- how it reads ----


def _answers(case):
    """The frames that the server of a case sends."""
    return [step.data for step in case.script if isinstance(step, Send)]


def _asked_exit(seen):
    return seen.sent.endswith(b"EXIT")


def _reading(seen):
    """What is wrong with how it read an answer of a polite server."""
    if (
        seen.ending == "waits"
        and seen.call.name in RECEIVING
        and seen.received
        and not _asked_exit(seen)
    ):
        return _read_as_binary(seen, seen.call) or waits_for_more(
            seen, "answer", bytes=literal(seen.received[-SHOWN_BYTES:])
        )
    if isinstance(seen.error, MemoryError) and reads(seen):
        return _read_as_binary(seen, reads(seen)[-1])
    if seen.ending != "raised" or not isinstance(seen.error, ValueError) or _asked_exit(seen):
        return None
    # a byte is thought to be a letter
    if isinstance(seen.error, UnicodeError):
        return found("wrong-encoding.raised", error=raised(seen), where=seen.failed_at)
    big = first_read_over(seen, HEADER_BYTES)
    # recv(n) is thought to take one message
    if big and isinstance(big.argument, int) and big.argument > HEADER_BYTES:
        both = literal(big.data[:SHOWN_BYTES])
        return found("reads-too-much", call=big.text(), bytes=both, where=big.where)
    return None


def _read_as_binary(seen, call):
    """Whether it asks for as many bytes as a header says that is taken for a number of the machine's own."""
    header = seen.received[:HEADER_BYTES]
    readings = {int.from_bytes(header, order) for order in ("big", "little")}
    asked = {call.argument} if call is not seen.call else {wanted(seen), call.argument}
    if asked & readings:
        return found("binary-length", bytes=literal(header), call=text_of(call), where=call.where)
    return None


def _left_unread(seen):
    """Whether it went on before it had read a whole answer of a polite server."""
    sent, read, last, frames_due = 0, 0, None, _answers(seen.case)
    for call in seen.trace:
        if call.name in RECEIVING:
            read, last = read + len(call.data), call if call.data else last
        elif call.name in SENDING:
            due = sum(map(len, frames_due[: sent // REQUEST_BYTES]))
            if sent and last and read < due:
                break
            sent += len(call.data)
    else:
        due = sum(map(len, frames_due[: sent // REQUEST_BYTES]))
        if seen.ending != "returned" or read >= due or not last:
            return None
    return found("answer-not-whole", read=read, due=due, where=last.where)


# ---- the end ----


def _after_exit(seen):
    """What it does once the server has closed the connection."""
    if not _asked_exit(seen):
        return _ended_before_exit(seen) if seen.ending == "returned" else None
    # EXIT is thought to be answered, as every request is
    if seen.asked:
        return found("asks-after-the-end.closed")
    if seen.ending == "raised" and isinstance(seen.error, ValueError | IndexError):
        return found("does-not-stop-at-the-end", error=raised(seen), where=seen.failed_at)
    return None


def _ended_before_exit(seen):
    name = "exit-not-sent" if seen.taken == len(seen.case.typed) else "one-request-only"
    return found(name, bytes=literal(seen.sent), where=last_line(seen))


# ---- peers that misbehave ----


def _shock(seen):
    case, did = seen.case, what_peer_did(seen.case)
    by_setting = {
        "not-english": _no_ascii,
        "bad-length": _bad_length,
        "asked": _asked,
        "no-body": _empty_answer,
    }
    if (of_setting := by_setting.get(case.setting)) and (wrong := of_setting(seen)):
        return wrong
    # after a time limit the next answer is thought to be the next one's: it is the last one's
    if late := _after_a_time_limit(seen):
        return found("goes-on-after-an-error", call=late.text(), where=late.where)
    if seen.asked and seen.ending in ("raised", "waits", "spins"):
        return found("asks-after-the-end.shock", did=did)
    if case.peer == "cut" and (
        seen.ending != "returned" or case.shows not in seen.printed or seen.driver.problem
    ):
        return took_for_all(short_read(seen)) if short_read(seen) else None
    return None


def _no_ascii(seen):
    if seen.sent == b"NAMEEXIT":
        return None
    typed = repr(seen.case.typed[0])
    if seen.ending == "raised":
        return found(
            "sends-what-is-no-ascii.raised",
            typed=typed,
            error=raised(seen),
            where=seen.failed_at,
        )
    return found(
        "sends-what-is-no-ascii.sent",
        typed=typed,
        bytes=literal(seen.sent[:SHOWN_BYTES]),
        where=last_line(seen),
    )


def _empty_answer(seen):
    """What came was a header, and no body."""
    # nothing is thought to be no answer
    if seen.ending == "returned" and seen.sent == b"NAME":
        return found("ends-at-an-empty-answer")
    return None


def _bad_length(seen):
    """Where four digits should stand, there is something else."""
    did = what_peer_did(seen.case)
    # where a length should stand, a length is thought to stand
    if seen.ending == "raised" and not seen.asked:
        return found("believes-every-length", error=raised(seen), did=did, where=seen.failed_at)
    if seen.taken > 1 or seen.asked or seen.ending in ("waits", "spins"):
        return found("ignores-a-bad-length", did=did, where=reads(seen)[-1].where)
    return None


def _after_a_time_limit(seen):
    """The call that ran into a time limit, if it asked the server for more after it."""
    late = next((call for call in seen.trace if isinstance(call.result, TimeoutError)), None)
    return late if late and sent_after(seen, late) else None


# ---- what it shows ----


def _printed(seen):
    """What is wrong with what it showed the person."""
    case = seen.case
    if seen.ending != "returned" or not case.shows:
        return None
    due = [case.shows]
    if case.level == "spec":
        due = [body.decode() for data in _answers(case) for body in frames(data)[0]]
    shows = next((text for text in due if text not in seen.printed), None)
    if shows is not None:
        return _not_printed(seen, shows, last=shows != case.shows)
    body = repr(case.shows.encode())
    if body in seen.printed or f'b"{case.shows}"' in seen.printed:
        return found("prints-bytes", bytes=body[:SHOWN_BYTES])
    return _header_printed(seen, due[-1])


def _half_printed(seen):
    """Whether it showed half an answer in the same words as the whole one before."""
    if seen.case.setting != "half-a-body":
        return None
    lines, half = seen.printed.splitlines(), HALF.decode()
    whole = [line for line in lines if seen.case.shows in line]
    # what has come is thought to be the answer
    if any(line.replace(seen.case.shows, half) in lines for line in whole):
        return found("prints-half-an-answer", text=repr(half), did=what_peer_did(seen.case))
    return None


def _printed_too_late(seen):
    """What is wrong if it asked the person for more before it had shown an answer; not told where only one is due."""
    due = [body.decode() for data in _answers(seen.case) for body in frames(data)[0]]
    shown = zip(due, seen.shown[1:], strict=False)
    late = next((text for text, so_far in shown if text not in seen.printed[:so_far]), None)
    if late is None or seen.case.setting == "one-request":
        return None
    return found("prints-too-late", text=repr(late[:SHOWN_BYTES]))


def _not_printed(seen, shows, last):
    printed, body, answer = seen.printed, shows.encode(), repr(shows[:SHOWN_BYTES])
    # b"..." is thought to be how a text looks
    if repr(body)[2:-1] in printed:
        return found("prints-bytes", bytes=repr(body))
    if any(body.decode(encoding, "replace") in printed for encoding in MISREAD_AS):
        return found("wrong-encoding.misread", text=repr(body.decode("latin-1")))
    if not shows.isascii() and (seen.case.shows != shows or "7" in printed):
        return found("wrong-encoding.lost", text=repr(shows))
    if last and seen.case.shows in printed:
        return found("prints-only-the-last", text=answer)
    if (size := f"{len(body):04}") in printed:
        return found("header-printed.alone", length=size, text=answer)
    return found("answer-not-printed", text=answer)


def _header_printed(seen, shows):
    size = f"{len(shows.encode()):04}"
    big = first_read_over(seen, HEADER_BYTES)
    if size + shows in seen.printed and big and big.data.startswith(size.encode()):
        both = literal(big.data[:SHOWN_BYTES])
        return found("does-not-read-the-length", call=big.text(), bytes=both, where=big.where)
    size_alone = re.search(rf"(?<!\d){size}(?!\d)", seen.printed)
    if size + shows in seen.printed or (size_alone and seen.case.setting != "several-requests"):
        return found("header-printed.too", length=size)
    return None
