"""What is wrong with an answer that is no header and body of its length. The likeliest reading comes first."""

import dataclasses
import functools
import re

from lenproto.exercises.functions import finding
from lenproto.exercises.functions.finding import SHOWN_BYTES, count
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
    return dataclasses.replace(read or found("no-length", at=0), data=data, where=where)


def _length_elsewhere(data, request):
    """The length is there, but not at the beginning, or too long."""
    size = len(data)
    if data[-4:].isdigit() and size > 4 and int(data[-4:]) == size - 4 and not data[:4].isdigit():
        return found("header-after-body", at=0)
    if is_frame(data[GREETING_BYTES:]) and data[:GREETING_BYTES].isascii():
        return found("greets-again", at=0)
    if (
        not data[:1].isdigit()
        and (start := re.search(rb"\d{4}", data))
        and is_frame(data[start.start() :])
    ):
        before = literal(data[: start.start()])
        return found("something-before-the-length", at=0, bytes=before)
    digits = re.match(rb"\d*", data).group()
    if any(int(digits[:many]) == size - many for many in range(HEADER_BYTES + 1, len(digits) + 1)):
        return found("length-not-four-digits.longer", at=HEADER_BYTES)
    return None


def _four_digits(data, request):
    """Four digits come first, and say something else than the length of what follows."""
    if not re.match(rb"\d{4}", data):
        return None
    said, body = int(data[:HEADER_BYTES]), data[HEADER_BYTES:]
    if re.match(rb"[-./]\d", body) or (request == "TIME" and said > 1900):
        return found("no-length", at=0)
    return _length_twice(said, body) or _counts_otherwise(said, body) or _more_than_said(said, body)


def _length_twice(said, body):
    first, last = body[:HEADER_BYTES], body[-HEADER_BYTES:]
    right = (said, len(body) - HEADER_BYTES)
    if len(body) > HEADER_BYTES and re.fullmatch(rb"\d{4}", first) and int(first) in right:
        return found("header-in-a-second-place.before", at=HEADER_BYTES)
    if said == len(body) - HEADER_BYTES and re.fullmatch(rb"\d{4}", last):
        return found("header-in-a-second-place.behind", at=HEADER_BYTES + said)
    return None


def _counts_otherwise(said, body):
    size, characters = len(body), len(body.decode("utf-8", "replace"))
    at = _first_wrong_digit(said, size)
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


def _first_wrong_digit(said, size):
    """Which of the four digits is the first that does not say how many bytes follow."""
    pairs = zip(f"{said:04}", f"{size:04}", strict=False)
    return next((at for at, (digit, right) in enumerate(pairs) if digit != right), 0)


def _more_than_said(said, body):
    if body[:1] in b"\r\n :,;|" and said in (len(body) - 1, len(body) - 2):
        between = literal(body[: len(body) - said])
        return found("something-between", at=HEADER_BYTES, bytes=between)
    if body[-1:] in b"\r\n" and said in (len(body) - 1, len(body) - 2):
        return found("sends-a-newline", at=HEADER_BYTES + said)
    at = _first_wrong_digit(said, len(body))
    return found("wrong-length", at=at, length=said, n=len(body))


def _other_digits(data, request):
    """The length is written, but not in four decimal digits."""
    size, header = len(data), data[:HEADER_BYTES]
    right = (size - HEADER_BYTES, size)
    if b" " in header and re.fullmatch(rb" *\d+ *", header) and int(header) in right:
        return found("length-padded-wrongly.blanks", at=header.index(b" "))
    four_hex_digits = re.fullmatch(rb"[0-9a-fA-F]{4}", header)
    is_hex = four_hex_digits and int(header, 16) == size - HEADER_BYTES
    if header[:2].lower() == b"0x" or is_hex:
        return found("length-not-decimal", at=0, header=literal(header))
    digits = re.match(rb"\d*", header).group()
    many = count(len(digits), "digit")
    if digits and int(digits) in (size - len(digits), size):
        return found("length-not-four-digits.shorter", at=len(digits), digits=many)
    if digits and int(digits) == size - len(digits) - 1:
        return found("length-not-four-digits.followed", at=len(digits), digits=many)
    return None


def _binary(data, request):
    for size in BINARY_SIZES:
        head, right = data[:size], {len(data) - size, len(data)}
        printable = head.isascii() and head.decode("ascii").isprintable()
        readings = {int.from_bytes(head, order) for order in ("big", "little")}
        if len(data) > size and not printable and readings & right:
            number = literal(head[:SHOWN_BYTES])
            return found("binary-length", at=0, size=count(size, "byte"), bytes=number)
    return None
