"""recv_answer(client_socket): one whole answer, as text."""

import functools

from lenproto.exercises.functions.finding import (
    call_text,
    ended_otherwise,
    first_read_over,
    short_read,
    took_for_all,
    wanted,
)
from lenproto.exercises.steps import common
from lenproto.lab.shocks.script import Send
from lenproto.wire import HEADER_BYTES, frame

NAME = "recv_answer"
found = functools.partial(common.found, NAME)
set_up = common.connected
meets = functools.partial(common.meets, NAME)
LONG = "long " * 300

CASES = [
    meets("an answer", Send(frame("lena")), wants="lena"),
    meets("two answers at once", Send(frame("lena") + frame("noa")), wants="lena"),
    meets("header and body apart", Send(b"0010"), Send(b"2026-11-22"), wants="2026-11-22"),
    meets("in pieces of three", Send(frame("2026-11-22"), piece=3), wants="2026-11-22"),
    meets("an answer in Hebrew", Send(frame("שלום")), wants="שלום"),
    meets("a long answer", Send(frame(LONG), piece=700), wants=LONG),
]


def explain(seen):
    whole = len(frame(seen.case.wants))
    # what comes at once is thought to be one answer
    if len(seen.received) > whole:
        call = first_read_over(seen, HEADER_BYTES) or seen.call
        return found("takes-the-next-answer", call=call.text(), n=whole, where=call.where)
    if seen.ending == "waits" and len(seen.received) == whole:
        return found(
            "asks-for-more", call=call_text(seen.call), n=wanted(seen), where=seen.call.where
        )
    if len(seen.received) < whole and (short := short_read(seen)) and seen.ending != "waits":
        return took_for_all(short)
    return ended_otherwise(seen) or common.reads_nothing(seen) or common.result(seen, READINGS)


READINGS = (
    ("header-in-the-answer", lambda got: got[:HEADER_BYTES].isdigit() and len(got) > HEADER_BYTES),
    ("header-for-the-answer", lambda got: len(got) == HEADER_BYTES and got.isdigit()),
)
