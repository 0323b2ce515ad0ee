"""What is wrong with a send_requests."""

import re

from lenproto.exercises.rules.finding import (
    SHOWN_BYTES,
    Finding,
    at_line,
    ended_otherwise,
    error_text,
    first_read_over,
    last_line,
    reads,
    sent_after,
    short_read,
    took_for_all,
    waits_for_more,
    wanted,
    what_peer_did,
)
from lenproto.exercises.rules.finding import call_text as text_of
from lenproto.exercises.rules.framing import frames
from lenproto.lab.shocks import Expect, Send
from lenproto.lab.trace import RECEIVING, SENDING, literal
from lenproto.wire import HANDSHAKE, HEADER_BYTES, REQUEST_BYTES

MISREAD_AS = ("latin-1", "cp1252", "cp1255")


def judge(seen):
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
    return _shock(seen) or ended_otherwise(seen) or _printed(seen)


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
    name, message = _bytes_asked(seen, sent, right, at) or _letters(
        seen, sent[start:][:SHOWN_BYTES], right, start
    )
    return Finding(name, message, sent, at, last_line(seen))


def _asked_nothing(seen):
    if seen.ending == "waits" and seen.call.name in RECEIVING:
        return Finding(
            "reads-before-it-asks",
            f"It waits in {text_of(seen.call)} before it has sent a request.",
            where=seen.call.where,
        )
    return Finding("sends-no-request", "It sent no request.") if seen.ending == "returned" else None


def _bytes_asked(seen, sent, right, at):
    """Bytes that are no part of any request, or requests that come again."""
    start = at - at % REQUEST_BYTES
    got, before = sent[start:], sent[start - REQUEST_BYTES : start]
    told = f"It sent {literal(sent[:SHOWN_BYTES])}"
    if got.startswith(HANDSHAKE) and at == start:
        return "says-hi-twice", f"{told}: initial_contact has said Hi."
    if got[:1] in b"\r\n":
        return "sends-a-newline", "It sent a newline behind the request."
    if re.match(rb"\d{4}", got) or got[:2] == b"\0\0":
        return (
            "request-with-length",
            f"It sent {literal(got[:8])}: a request has no length before it.",
        )
    if before and got[:REQUEST_BYTES] == before:
        if any(call.name in RECEIVING and call.data for call in _between_requests(seen)):
            return "asks-the-same-again", f"{told}: the same request again, which nobody typed."
        return "sends-a-request-twice", f"{told}: each request is sent once."
    if at >= len(right):
        return "asks-after-the-end", f"Behind EXIT it sent {literal(got[:SHOWN_BYTES])}."
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
    told, four = f"The person typed {typed!r}, and it sent {literal(got)}", got[:REQUEST_BYTES]
    upper = four.upper()
    if upper != four and (upper == wanted or wanted.startswith(upper)):
        return (
            "not-in-capitals",
            f"The person typed {typed!r}, and it sent {literal(four)}; a request is in capitals.",
        )
    if start and not wanted.startswith(upper[:1]) and typed != seen.case.typed[0]:
        typed = seen.case.typed[start // REQUEST_BYTES - 1]
        return (
            "request-too-long",
            f"The person typed {typed!r}, and it sent {literal(seen.sent[:SHOWN_BYTES])}: "
            "more than 4 bytes for one request.",
        )
    if len(got) < REQUEST_BYTES:
        return "request-too-short", f"It sent {literal(got)}: the server waits for 4 bytes."
    if four.decode("ascii", "replace") in seen.case.typed[start // REQUEST_BYTES + 1 :]:
        return "skips-a-request", f"{told}: what was typed first is lost."
    if len(typed) < REQUEST_BYTES and typed.encode() in four:
        return "request-padded-wrongly", f"{told}; blanks behind it fill it up."
    if four.decode("ascii", "replace").strip() in typed.upper():
        return "takes-the-wrong-letters", f"{told}; the first four letters count."
    return "other-request", f"{told}; {literal(wanted)} should come."


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
        return _read_as_binary(seen) or waits_for_more(
            seen, f"{literal(seen.received[-SHOWN_BYTES:])}, the whole answer"
        )
    if seen.ending != "raised" or not isinstance(seen.error, ValueError) or _asked_exit(seen):
        return None
    if isinstance(seen.error, UnicodeError):
        return Finding(
            "wrong-encoding",
            f"It raised {error_text(seen.error)}{at_line(seen.failed_at)}: the answer is UTF-8.",
            where=seen.failed_at,
        )
    big = first_read_over(seen, HEADER_BYTES)
    if big and isinstance(big.argument, int) and big.argument > HEADER_BYTES:
        return Finding(
            "reads-too-much",
            f"{big.text()} gave {literal(big.data[:SHOWN_BYTES])}: length and answer at once.",
            where=big.where,
        )
    return None


def _read_as_binary(seen):
    header = seen.received[:HEADER_BYTES]
    readings = {int.from_bytes(header, order) for order in ("big", "little")}
    if {wanted(seen), seen.call.argument} & readings:
        return Finding(
            "binary-length",
            f"It took {literal(header)} for a binary number, and waits in {text_of(seen.call)} for so many bytes.",
            where=seen.call.where,
        )
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
    return Finding(
        "answer-not-whole",
        f"It went on when it had read {read} of {due} bytes of answer: the rest is taken for the next length.",
        where=last.where,
    )


# ---- the end ----


def _after_exit(seen):
    """What it does once the server has closed the connection."""
    if not _asked_exit(seen):
        return _ended_before_exit(seen) if seen.ending == "returned" else None
    if seen.asked:
        return Finding(
            "asks-after-the-end",
            "The server had ended the connection, and it asked for another request.",
        )
    if seen.ending == "raised" and isinstance(seen.error, ValueError | IndexError):
        return Finding(
            "does-not-stop-at-the-end",
            f"It raised {error_text(seen.error)}{at_line(seen.failed_at)}: the server had closed, "
            'so recv gave b"".',
            where=seen.failed_at,
        )
    return None


def _ended_before_exit(seen):
    where = last_line(seen)
    if seen.taken == len(seen.case.typed):
        return Finding(
            "exit-not-sent",
            f"The person typed EXIT, and it ended after {literal(seen.sent)}: the server does not know.",
            where=where,
        )
    return Finding(
        "one-request-only",
        f"It ended after {literal(seen.sent)}; the person had more to ask.",
        where=where,
    )


# ---- peers that misbehave ----


def _shock(seen):
    case, did = seen.case, what_peer_did(seen.case)
    if case.setting == "not-english":
        return _no_ascii(seen)
    if case.setting == "bad-length":
        return _bad_length(seen, did)
    if late := _after_a_time_limit(seen):
        return Finding(
            "goes-on-after-an-error",
            f"{late.text()} ran into the time limit, and it went on as if nothing had happened.",
            where=late.where,
        )
    if seen.asked and seen.ending in ("raised", "waits", "spins"):
        return Finding("asks-after-the-end", f"It asked for another request, when {did}.")
    if case.peer == "cut" and (
        seen.ending != "returned" or case.shows not in seen.printed or seen.driver.problem
    ):
        return took_for_all(short_read(seen)) if short_read(seen) else None
    return None


def _no_ascii(seen):
    typed = f"The person typed {seen.case.typed[0]!r}, and"
    if seen.sent == b"NAMEEXIT":
        return None
    if seen.ending == "raised":
        told = f"{typed} it raised {error_text(seen.error)}{at_line(seen.failed_at)}; it should ask again."
        return Finding("sends-what-is-no-ascii", told, where=seen.failed_at)
    return Finding(
        "sends-what-is-no-ascii",
        f"{typed} {literal(seen.sent[:SHOWN_BYTES])} was sent; it should ask again.",
        where=last_line(seen),
    )


def _bad_length(seen, did):
    """Where four digits should stand, there is something else."""
    if seen.ending == "raised" and not seen.asked:
        return Finding(
            "believes-every-length",
            f"It raised {error_text(seen.error)}{at_line(seen.failed_at)}, when {did}.",
            where=seen.failed_at,
        )
    if seen.asked or seen.ending in ("waits", "spins"):
        return Finding(
            "ignores-a-bad-length",
            f"It went on, when {did}: no later byte can be told from another.",
            where=reads(seen)[-1].where,
        )
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
        return Finding("prints-bytes", f"It printed the answer as bytes: {body[:SHOWN_BYTES]}.")
    return _header_printed(seen, due[-1])


def _printed_too_late(seen):
    """What is wrong if it asked the person for more before it had shown an answer; not told where only one is due."""
    due = [body.decode() for data in _answers(seen.case) for body in frames(data)[0]]
    shown = zip(due, seen.shown[1:], strict=False)
    late = next((text for text, so_far in shown if text not in seen.printed[:so_far]), None)
    if late is None or seen.case.setting == "one-request":
        return None
    return Finding(
        "prints-too-late",
        f"It asked for the next request, and had not yet printed the answer {late[:SHOWN_BYTES]!r}.",
    )


def _not_printed(seen, shows, last):
    printed, body = seen.printed, shows.encode()
    if repr(body)[2:-1] in printed:
        return Finding("prints-bytes", f"It printed the answer as bytes: {body!r}.")
    if any(body.decode(encoding, "replace") in printed for encoding in MISREAD_AS):
        return Finding(
            "wrong-encoding", f"It printed {body.decode('latin-1')!r}: the answer is UTF-8."
        )
    if not shows.isascii() and (seen.case.shows != shows or "7" in printed):
        return Finding("wrong-encoding", f"It did not print the answer {shows!r}, which is UTF-8.")
    if last and seen.case.shows in printed:
        return Finding(
            "prints-only-the-last",
            f"It did not print the answer {shows[:SHOWN_BYTES]!r}, only the last one.",
        )
    if f"{len(body):04}" in printed:
        return Finding(
            "header-printed",
            f"It printed the length {len(body):04}, and not the answer {shows[:SHOWN_BYTES]!r}.",
        )
    return Finding("answer-not-printed", f"It did not print the answer {shows[:SHOWN_BYTES]!r}.")


def _header_printed(seen, shows):
    size = f"{len(shows.encode()):04}"
    big = first_read_over(seen, HEADER_BYTES)
    if size + shows in seen.printed and big and big.data.startswith(size.encode()):
        return Finding(
            "does-not-read-the-length",
            f"{big.text()} gave {literal(big.data[:SHOWN_BYTES])}, and it printed all of it: the first "
            "four bytes are the length.",
            where=big.where,
        )
    size_alone = re.search(rf"(?<!\d){size}(?!\d)", seen.printed)
    if size + shows in seen.printed or (size_alone and seen.case.setting != "several-requests"):
        return Finding(
            "header-printed",
            f"It printed the length {size}, too; that is for the program, not for the person.",
        )
    return None
