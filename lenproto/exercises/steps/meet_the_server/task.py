"""meet_the_server(ip, port): a client that waits for ever, to be mended."""

import functools

from lenproto.exercises.functions.finding import ended_otherwise, reads
from lenproto.exercises.steps import common
from lenproto.exercises.steps.say_hi.task import talk
from lenproto.lab.shocks.script import ExpectEnd
from lenproto.lab.shocks.table import GREET, HELLO

NAME = "meet_the_server"
found = functools.partial(common.found, NAME)
set_up = common.listening

CASES = [common.meets(NAME, "a server greets", *HELLO, ExpectEnd(), shows=GREET.decode())]


def explain(seen):
    if seen.ending == "returned" and not seen.calls("connect", "connect_ex"):
        return found("calls-nobody")
    if wrong := talk(seen, found) or ended_otherwise(seen):
        return wrong
    greeting = seen.case.shows
    if not reads(seen):
        return found("reads-no-greeting")
    if len(seen.received) < len(greeting):
        call = reads(seen)[-1]
        return found("greeting-cut", n=len(seen.received), call=call.text(), where=call.where)
    if greeting.strip() not in seen.printed:
        return found("greeting-not-shown")
    return found("leaves-the-call-open") if not seen.calls("close") else None
