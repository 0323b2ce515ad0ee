"""recv_exactly(sock, n): as many bytes as are wanted, in whatever pieces they come."""

import functools

from lenproto.exercises.functions.finding import (
    call_text,
    ended_otherwise,
    reads,
    short_read,
    took_for_all,
)
from lenproto.exercises.steps import common
from lenproto.lab.call import literal
from lenproto.lab.shocks.script import Close, Send

NAME = "recv_exactly"
found = functools.partial(common.found, NAME)
set_up = common.connected
meets = functools.partial(common.meets, NAME)

CASES = [
    meets("in one piece", Send(b"0010"), given=(4,), wants=b"0010"),
    meets("in three pieces", Send(b"0"), Send(b"01"), Send(b"0"), given=(4,), wants=b"0010"),
    meets("two messages at once", Send(b"0004lena"), given=(4,), wants=b"0004"),
    meets("a long body", Send(b"x" * 3000, piece=700), given=(3000,), wants=b"x" * 3000),
    meets("closes too early", Send(b"00"), Close(), given=(4,), wants=b"00"),
]


def explain(seen):
    wants, received = seen.case.wants, seen.received
    # recv(n) is thought to be the same whatever has come before
    if len(received) > len(wants):
        call = next(call for call in reversed(reads(seen)) if call.data)
        return found("takes-too-much", call=call.text(), n=len(wants), where=call.where)
    if seen.ending == "waits" and len(received) == len(wants):
        return found("asks-once-more", call=call_text(seen.call), where=seen.call.where)
    # a sender is thought to send all that it has announced
    if seen.ending == "raised" and seen.case.peer == "leaves":
        return ended_otherwise(seen)
    if seen.ending == "returned" and len(received) < len(wants) and (short := short_read(seen)):
        return took_for_all(short)
    return ended_otherwise(seen) or common.reads_nothing(seen) or _result(seen)


def _result(seen):
    if common.same(seen.result, seen.case.wants):
        return None
    pieces = [call.data for call in reads(seen) if call.data]
    if len(pieces) > 1 and seen.result == pieces[-1]:
        return found("keeps-the-last-piece", bytes=literal(pieces[-1]))
    return common.result(seen)
