"""What is wrong with an answer that is no header and body of its length. The likeliest reading comes first.

Each reading knows what should have come, so it tells the first byte that differs from that.
"""

import dataclasses
import functools
import re

from lenproto.exercises.functions import finding
from lenproto.exercises.functions.finding import SHOWN_BYTES, count, first_wrong
from lenproto.lab.call import literal
from lenproto.wire import GREETING_BYTES, HEADER_BYTES

found = functools.partial(finding.found, of="serve_requests")

BINARY_SIZES = (4, 2, 8, 1)  # bytes of a binary number


def frames(stream):
    """Return the bodies of whole frames at the beginning of a stream, and what is left."""
    bodies, at = [], 0
    while re.match(rb"\d{4}", stream[at:]) and len(stream) >= at + HEADER_BYTES + (
        size := int(stream[at : at + HEADER_BYTES])
    ):
        bodies.append(stream[at + HEADER_BYTES : at + HEADER_BYTES + size])
        at += HEADER_BYTES + size
    return bodies, stream[at:]


def is_frame(data):
    """Whether bytes are one whole frame with something in it."""
    bodies, rest = frames(data)
    return len(bodies) == 1 and bool(bodies[0]) and not rest


def diagnose(data, request, where=None):
    """Return the Finding for what came in place of a framed answer: all bytes, for the client waits for more."""
    readings = (_length_elsewhere, _four_digits, _other_digits, _binary)
    read = next(filter(None, (reading(data, request) for reading in readings)), None)
    read = read or found("no-length", at=_first_wrong(data, data))
    return dataclasses.replace(read, data=data, where=where)


def _framed(body):
    """A body as it should come."""
    return b"%04d" % len(body) + body


def _first_wrong(data, body):
    """The first byte that is not as it should be, if this body was meant."""
    return first_wrong(data, _framed(body))


def _length_elsewhere(data, request):
    """The length is there, but not at the beginning, or too long."""
    size = len(data)
    if data[-4:].isdigit() and size > 4 and int(data[-4:]) == size - 4 and not data[:4].isdigit():
        return found("header-after-body", at=_first_wrong(data, data[:-4]))
    if is_frame(data[GREETING_BYTES:]) and data[:GREETING_BYTES].isascii():
        return found("greets-again", at=first_wrong(data, data[GREETING_BYTES:]))
    if (
        not data[:1].isdigit()
        and (start := re.search(rb"\d{4}", data))
        and is_frame(data[start.start() :])
    ):
        before = literal(data[: start.start()])
        at = first_wrong(data, data[start.start() :])
        return found("something-before-the-length", at=at, bytes=before)
    digits = re.match(rb"\d*", data).group()
    for many in range(HEADER_BYTES + 1, len(digits) + 1):
        if int(digits[:many]) == size - many:
            return found("length-not-four-digits.longer", at=_first_wrong(data, data[many:]))
    return None


def _four_digits(data, request):
    """Four digits come first, and say something else than the length of what follows."""
    if not re.match(rb"\d{4}", data):
        return None
    said, body = int(data[:HEADER_BYTES]), data[HEADER_BYTES:]
    if re.match(rb"[-./]\d", body) or (request == "TIME" and said > 1900):
        return found("no-length", at=_first_wrong(data, data))
    readings = (_length_twice, _counts_otherwise, _more_than_said)
    return next(filter(None, (reading(data, said, body) for reading in readings)))


def _length_twice(data, said, body):
    first, last = body[:HEADER_BYTES], body[-HEADER_BYTES:]
    right = (said, len(body) - HEADER_BYTES)
    if len(body) > HEADER_BYTES and re.fullmatch(rb"\d{4}", first) and int(first) in right:
        at = _first_wrong(data, body[HEADER_BYTES:])
        return found("header-in-a-second-place.before", at=at)
    if said == len(body) - HEADER_BYTES and re.fullmatch(rb"\d{4}", last):
        return found("header-in-a-second-place.behind", at=HEADER_BYTES + said)
    return None


def _counts_otherwise(data, said, body):
    size, characters = len(body), len(body.decode("utf-8", "replace"))
    at = _first_wrong(data, body)
    if said == characters != size:
        return found(
            "length-counts-characters", at=at, length=said, characters=characters, bytes=size
        )
    if body and said == size + HEADER_BYTES:
        return found("length-counts-itself", at=at, length=said, bytes=count(size, "byte"))
    if not body:
        return found("body-not-sent", at=HEADER_BYTES, length=said)
    if str(size).ljust(HEADER_BYTES, "0") == f"{said:04}":
        return found("length-padded-wrongly.zeros", at=at, length=said, size=size)
    return None


def _more_than_said(data, said, body):
    if body[:1] in b"\r\n :,;|" and said in (len(body) - 1, len(body) - 2):
        between = literal(body[: len(body) - said])
        at = _first_wrong(data, body[len(body) - said :])
        return found("something-between", at=at, bytes=between)
    if body[-1:] in b"\r\n" and said in (len(body) - 1, len(body) - 2):
        return found("sends-a-newline", at=HEADER_BYTES + said)
    return found("wrong-length", at=_first_wrong(data, body), length=said, n=len(body))


def _other_digits(data, request):
    """The length is written, but not in four decimal digits."""
    size, header, at = len(data), data[:HEADER_BYTES], _first_wrong(data, data[HEADER_BYTES:])
    right = (size - HEADER_BYTES, size)
    if b" " in header and re.fullmatch(rb" *\d+ *", header) and int(header) in right:
        return found("length-padded-wrongly.blanks", at=at)
    four_hex_digits = re.fullmatch(rb"[0-9a-fA-F]{4}", header)
    is_hex = four_hex_digits and int(header, 16) == size - HEADER_BYTES
    if header[:2].lower() == b"0x" or is_hex:
        return found("length-not-decimal", at=at, header=literal(header))
    return _fewer_digits(data)


def _fewer_digits(data):
    """The length has fewer than four digits; perhaps something stands behind them."""
    digits = re.match(rb"\d*", data[:HEADER_BYTES]).group()
    size, many, evidence = len(data), len(digits), count(len(digits), "digit")
    if digits and int(digits) in (size - many, size):
        at = _first_wrong(data, data[many:])
        return found("length-not-four-digits.shorter", at=at, digits=evidence)
    if digits and int(digits) == size - many - 1:
        at = _first_wrong(data, data[many + 1 :])
        return found("length-not-four-digits.followed", at=at, digits=evidence)
    return None


def _binary(data, request):
    for size in BINARY_SIZES:
        head, right = data[:size], {len(data) - size, len(data)}
        printable = head.isascii() and head.decode("ascii").isprintable()
        readings = {int.from_bytes(head, order) for order in ("big", "little")}
        if len(data) > size and not printable and readings & right:
            number = literal(head[:SHOWN_BYTES])
            at = _first_wrong(data, data[size:])
            return found("binary-length", at=at, size=count(size, "byte"), bytes=number)
    return None
