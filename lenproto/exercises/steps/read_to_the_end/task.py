"""read_to_the_end(sock): all that comes, until nothing more can come."""

import functools

from lenproto.exercises.functions.finding import ended_otherwise, reads
from lenproto.exercises.steps import common
from lenproto.lab.call import literal
from lenproto.lab.shocks.script import Close, Send

NAME = "read_to_the_end"
found = functools.partial(common.found, NAME)
set_up = common.connected
meets = functools.partial(common.meets, NAME)
LONG = b"z" * 5000

CASES = [
    meets("one piece", Send(b"0004lena"), Close(), wants=b"0004lena"),
    meets("three pieces", Send(b"00"), Send(b"04le"), Send(b"na"), Close(), wants=b"0004lena"),
    meets("nothing at all", Close(), wants=b""),
    meets("an empty answer within", Send(b"0000"), Send(b"0003noa"), Close(), wants=b"00000003noa"),
    meets("5000 bytes", Send(LONG, piece=900), Close(), wants=LONG),
]


def explain(seen):
    if wrong := ended_otherwise(seen) or common.reads_nothing(seen):
        return wrong
    ends = any(call.at_end_of_stream for call in reads(seen))
    # a short piece is thought to be the last one
    if not ends:
        last = reads(seen)[-1]
        return found(
            "stops-before-the-end",
            call=last.text(),
            bytes=literal(last.data[:20]),
            where=last.where,
        )
    pieces = [call.data for call in reads(seen) if call.data]
    if isinstance(seen.result, list) and b"".join(seen.result) == seen.case.wants:
        return found("gives-pieces", n=len(seen.result))
    if len(pieces) > 1 and seen.result in (pieces[-1], pieces[0]):
        which = "last" if seen.result == pieces[-1] else "first"
        return found(f"keeps-one-piece.{which}", bytes=literal(seen.result[:20]))
    if seen.result == b"" and pieces:
        return found("gives-the-end")
    return common.result(seen)
