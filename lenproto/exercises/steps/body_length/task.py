"""body_length(header): how many bytes follow a header."""

from lenproto.exercises.steps import common

NAME = "body_length"
set_up = common.given

CASES = [
    common.called(NAME, header, wants=int(header))
    for header in (b"0010", b"0004", b"0000", b"0300", b"9999")
]

READINGS = (
    ("length-of-the-header", lambda got, header: got == len(header) and type(got) is int),
    # bytes are thought to be a number as they are
    ("read-as-binary", lambda got, header: got in (
        int.from_bytes(header, "big"), int.from_bytes(header, "little"))),
    ("digits-added-up", lambda got, header: got in (
        sum(header), sum(int(digit) for digit in header.decode()))),
    ("one-digit-only", lambda got, header: got in (int(header[-1:]), int(header[:1]), *header)),
    ("header-counted-in", lambda got, header: got in (int(header) + 4, int(header) - 4)),
)  # fmt: skip


def explain(seen):
    return common.explain_result(seen, READINGS)
