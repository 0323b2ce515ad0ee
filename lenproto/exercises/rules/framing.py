"""What is wrong with an answer that is no header and body of its length. The likeliest reading comes first."""

import re

from lenproto.exercises.rules.finding import SHOWN_BYTES, Finding, count
from lenproto.lab.trace import literal
from lenproto.wire import GREETING_BYTES, HEADER_BYTES

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
    for reading in (_length_elsewhere, _four_digits, _other_digits, _binary):
        if found := reading(data, request):
            name, message, at = found
            return Finding(name, message, data, at, where)
    return Finding("no-length", _NO_LENGTH, data, 0, where)


_NO_LENGTH = "The answer begins at once; four digits with its length should come first."


def _length_elsewhere(data, request):
    """The length is there, but not at the beginning, or too long."""
    size = len(data)
    if data[-4:].isdigit() and size > 4 and int(data[-4:]) == size - 4 and not data[:4].isdigit():
        return (
            "header-after-body",
            "The length comes after the answer; the client reads it first.",
            0,
        )
    if is_frame(data[GREETING_BYTES:]) and data[:GREETING_BYTES].isascii():
        return (
            "greets-again",
            "Before the answer it sent a greeting: check_client has done that.",
            0,
        )
    if (
        not data[:1].isdigit()
        and (start := re.search(rb"\d{4}", data))
        and is_frame(data[start.start() :])
    ):
        return (
            "something-before-the-length",
            f"{literal(data[: start.start()])} stands before the length; the four digits come first.",
            0,
        )
    digits = re.match(rb"\d*", data).group()
    if any(int(digits[:many]) == size - many for many in range(HEADER_BYTES + 1, len(digits) + 1)):
        return "length-not-four-digits", "The length is longer than four digits.", HEADER_BYTES
    return None


def _four_digits(data, request):
    """Four digits come first, and say something else than the length of what follows."""
    if not re.match(rb"\d{4}", data):
        return None
    said, body = int(data[:HEADER_BYTES]), data[HEADER_BYTES:]
    if re.match(rb"[-./]\d", body) or (request == "TIME" and said > 1900):
        return "no-length", _NO_LENGTH, 0
    return _length_twice(said, body) or _counts_otherwise(said, body) or _more_than_said(said, body)


def _length_twice(said, body):
    first, last = body[:HEADER_BYTES], body[-HEADER_BYTES:]
    right = (said, len(body) - HEADER_BYTES)
    if len(body) > HEADER_BYTES and re.fullmatch(rb"\d{4}", first) and int(first) in right:
        return "header-in-a-second-place", "The length comes twice.", HEADER_BYTES
    if said == len(body) - HEADER_BYTES and re.fullmatch(rb"\d{4}", last):
        return (
            "header-in-a-second-place",
            "Behind the answer its length comes once more.",
            HEADER_BYTES + said,
        )
    return None


def _counts_otherwise(said, body):
    characters = len(body.decode("utf-8", "replace"))
    if said == characters != len(body):
        return (
            "length-counts-characters",
            f"The length says {said}: the answer has {characters} characters, but {len(body)} bytes.",
            0,
        )
    if body and said == len(body) + HEADER_BYTES:
        return (
            "length-counts-itself",
            f"The length says {said}, and {count(len(body), 'byte')} follow: it counts its own four bytes.",
            0,
        )
    if not body:
        return "body-not-sent", f"The length says {said}, and nothing follows.", HEADER_BYTES
    if str(len(body)).ljust(HEADER_BYTES, "0") == f"{said:04}":
        return (
            "length-padded-wrongly",
            f"The length says {said}, for zeros were put behind {len(body)}; they belong before it.",
            0,
        )
    return None


def _more_than_said(said, body):
    if body[:1] in b"\r\n :,;|" and said in (len(body) - 1, len(body) - 2):
        return (
            "something-between",
            f"{literal(body[: len(body) - said])} stands between the length and the answer.",
            HEADER_BYTES,
        )
    if body[-1:] in b"\r\n" and said in (len(body) - 1, len(body) - 2):
        return (
            "sends-a-newline",
            "A newline follows the answer; the client will take it for the next length.",
            HEADER_BYTES + said,
        )
    follows = f"{count(len(body), 'byte')} follow{'s' * (len(body) == 1)}"
    return "wrong-length", f"The length says {said}, and {follows}.", 0


def _other_digits(data, request):
    """The length is written, but not in four decimal digits."""
    size, header = len(data), data[:HEADER_BYTES]
    right = (size - HEADER_BYTES, size)
    if b" " in header and re.fullmatch(rb" *\d+ *", header) and int(header) in right:
        return (
            "length-padded-wrongly",
            "The length is filled up with blanks; four digits are needed.",
            header.index(b" "),
        )
    four_hex_digits = re.fullmatch(rb"[0-9a-fA-F]{4}", header)
    is_hex = four_hex_digits and int(header, 16) == size - HEADER_BYTES
    if header[:2].lower() == b"0x" or is_hex:
        return (
            "length-not-decimal",
            f"The length comes as {literal(header)}, in hexadecimal; decimal digits are needed.",
            0,
        )
    digits = re.match(rb"\d*", header).group()
    if digits and int(digits) in (size - len(digits), size):
        return (
            "length-not-four-digits",
            f"The length has {count(len(digits), 'digit')}; it should have four.",
            len(digits),
        )
    if digits and int(digits) == size - len(digits) - 1:
        return (
            "length-not-four-digits",
            f"The length has {count(len(digits), 'digit')}, and something behind; it should have four.",
            len(digits),
        )
    return None


def _binary(data, request):
    for size in BINARY_SIZES:
        head, right = data[:size], {len(data) - size, len(data)}
        printable = head.isascii() and head.decode("ascii").isprintable()
        readings = {int.from_bytes(head, order) for order in ("big", "little")}
        if len(data) > size and not printable and readings & right:
            told = (
                f"The length comes as a binary number of {count(size, 'byte')}, "
                f"{literal(head[:SHOWN_BYTES])}; it should be four digits."
            )
            return "binary-length", told, 0
    return None
