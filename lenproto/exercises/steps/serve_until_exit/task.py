"""serve_until_exit(client_socket): a server that never notices that its client has left, to be mended."""

import functools

from lenproto.exercises.functions.finding import ended_otherwise, reads, sent_after
from lenproto.exercises.steps import common
from lenproto.lab.call import literal
from lenproto.lab.shocks.script import Close, Expect, ExpectEnd, Send
from lenproto.lab.shocks.table import THE_REQUEST
from lenproto.wire import frame

NAME = "serve_until_exit"
found = functools.partial(common.found, NAME)
set_up = common.connected
ANSWER = frame("lena")
ANSWERED = (Send(b"NAME"), Expect(len(ANSWER), THE_REQUEST))

CASES = [
    common.meets(NAME, "says EXIT", *ANSWERED, Send(b"EXIT"), ExpectEnd(), wants=ANSWER),
    common.meets(NAME, "EXIT at once", Send(b"EXIT"), ExpectEnd(), wants=b""),
    common.meets(NAME, "leaves without EXIT", *ANSWERED, Close(), wants=ANSWER, peer="leaves"),
]


def explain(seen):
    if wrong := _to_nobody(seen) or ended_otherwise(seen):
        return wrong
    if wrong := _sent(seen):
        return wrong
    # a function that ends is thought to hang up
    return found("does-not-close") if seen.sock.fileno() != -1 else None


def _to_nobody(seen):
    """Whether it sent something when it had met the end of the stream."""
    end = next((call for call in reads(seen) if call.at_end_of_stream), None)
    late = end and sent_after(seen, end)
    if not late:
        return None
    return found("answers-nobody", end=end.text(), bytes=literal(late.data), where=late.where)


def _sent(seen):
    due = seen.case.wants
    sent = common.said(seen)
    if sent == due:
        return None
    if sent.startswith(due):
        return common.sent_otherwise(seen, due, "answers-exit")
    return common.sent_otherwise(seen, due, "leaves-a-request-unanswered")
