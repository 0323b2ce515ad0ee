"""say_hi(client_socket): the handshake, and the greeting as text."""

import functools

from lenproto.exercises.functions.finding import call_text, ended_otherwise, reads, waits_for_more
from lenproto.exercises.steps import common
from lenproto.lab.shocks.table import GREET, HELLO
from lenproto.wire import HANDSHAKE

NAME = "say_hi"
found = functools.partial(common.found, NAME)
set_up = common.connected

CASES = [common.meets(NAME, "a server greets", *HELLO, wants=GREET.decode())]


def explain(seen):
    return talk(seen, found) or ended_otherwise(seen) or _result(seen)


def talk(seen, found):
    """What is wrong with what a client said and read of the handshake."""
    sent = common.said(seen)
    # who connects is thought to be greeted
    if not sent and seen.ending == "waits":
        return found("reads-before-it-speaks", call=call_text(seen.call), where=seen.call.where)
    if not sent and seen.ending == "returned":
        return found("says-nothing")
    if sent and (wrong := common.sent_otherwise(seen, HANDSHAKE, "says-something-else")):
        return wrong
    if seen.ending == "waits":
        return waits_for_more(seen, "greeting")
    return None


def _result(seen):
    greeting = seen.case.wants
    if seen.ending == "returned" and not reads(seen):
        return found("reads-no-greeting")
    if (
        seen.result in (seen.received, seen.received.decode())
        and seen.received != greeting.encode()
    ):
        call = reads(seen)[-1]
        return found("greeting-cut", n=len(seen.received), call=call.text(), where=call.where)
    if isinstance(seen.result, str) and seen.result.strip() == greeting.strip():
        return None
    return common.result(seen)
