"""serve_in_order(request, client_socket): the loop of a server, to be put in order."""

import functools

from lenproto.exercises.functions.finding import call_text, ended_otherwise, reads
from lenproto.exercises.steps import common
from lenproto.lab.call import SENDING
from lenproto.lab.shocks.script import Expect, ExpectEnd, Send
from lenproto.lab.shocks.table import THE_REQUEST
from lenproto.wire import frame

NAME = "serve_in_order"
found = functools.partial(common.found, NAME)
ANSWERS = {"NAME": "lena", "CITY": "Haifa"}


def _meets(id, *requests, **more):
    """Each request when the answer to the one before has come; the first one is given."""
    script = []
    for request in (*requests[1:], "EXIT"):
        answer = frame(ANSWERS[requests[len(script) // 2]])
        script += [Expect(len(answer), THE_REQUEST), Send(request.encode())]
    return common.meets(NAME, id, *script, ExpectEnd(), given=requests[:1], **more)


CASES = [_meets("one request", "NAME"), _meets("three requests", "NAME", "CITY", "NAME")]


def set_up(seen, stack):
    """The first request, and a socket that is connected to the client."""
    client_socket, request = common.connected(seen, stack)
    return request, client_socket


def explain(seen):
    return _order(seen) or ended_otherwise(seen) or _closed(seen)


def _order(seen):
    due = b"".join(frame(ANSWERS[each]) for each in _asked(seen))
    if name := common.missing_name(seen):
        return found("uses-what-is-not-there", name=name, where=seen.failed_at)
    # reading is thought to come before answering, always
    sent = common.said(seen)
    if seen.ending == "waits" and not sent:
        return found("reads-before-it-answers", call=call_text(seen.call), where=seen.call.where)
    closes = next((at for at, call in enumerate(seen.trace) if call.name == "close"), None)
    talks = [
        at for at, call in enumerate(seen.trace) if call.name in SENDING or call in reads(seen)
    ]
    if closes is not None and (not talks or talks[-1] > closes):
        return found("closes-before-it-answers", where=seen.trace[closes].where)
    if not due.startswith(sent):
        return common.sent_otherwise(seen, due, "answers-the-wrong-request")
    if seen.ending == "returned":
        return common.sent_otherwise(seen, due, "answers-too-little")
    return None


def _asked(seen):
    said = b"".join(step.data for step in seen.case.script if isinstance(step, Send)).decode()
    return [*seen.case.given, *(said[at : at + 4] for at in range(0, len(said) - 4, 4))]


def _closed(seen):
    return found("does-not-close") if seen.sock.fileno() != -1 else None
