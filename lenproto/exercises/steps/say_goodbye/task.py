"""say_goodbye(client_socket): EXIT, the end of the stream, and the socket closed."""

import functools

from lenproto.exercises.functions.finding import ended_otherwise, reads
from lenproto.exercises.steps import common
from lenproto.lab.shocks.script import Close, Expect, Send
from lenproto.lab.shocks.table import THE_EXIT
from lenproto.wire import REQUEST_BYTES

NAME = "say_goodbye"
EXIT = b"EXIT"
found = functools.partial(common.found, NAME)
set_up = common.connected
SAID = Expect(REQUEST_BYTES, THE_EXIT, EXIT)

CASES = [
    common.meets(NAME, "the server closes", SAID, Close(), wants=True),
    common.meets(NAME, "the server says something", SAID, Send(b"0003bye"), Close(), wants=False),
]


def explain(seen):
    sent = common.said(seen)
    if seen.ending == "waits" and not sent:
        return found("waits-before-it-says-exit", where=seen.call.where)
    if seen.ending == "returned" and not sent:
        return found("says-no-exit")
    if sent and (wrong := common.sent_otherwise(seen, EXIT, "says-something-else")):
        return wrong
    if wrong := ended_otherwise(seen):
        return wrong
    # who has said EXIT is thought to know that it is over
    if not reads(seen):
        return found("does-not-look")
    if seen.result is (not seen.case.wants):
        return found("the-other-way-round", result=repr(seen.result), where=reads(seen)[-1].where)
    if isinstance(seen.result, bytes):
        return found("gives-what-came", result=repr(seen.result))
    return common.result(seen) or _closed(seen)


def _closed(seen):
    return found("leaves-it-open") if seen.sock.fileno() != -1 else None
