"""talk_in_order(ip, port): a client of six lines, to be put in order."""

import functools

from lenproto.exercises.functions.finding import ended_otherwise
from lenproto.exercises.steps import common
from lenproto.exercises.steps.say_hi.task import talk
from lenproto.lab.call import RECEIVING, SENDING
from lenproto.lab.shocks.script import ExpectEnd
from lenproto.lab.shocks.table import GREET, HELLO

NAME = "talk_in_order"
found = functools.partial(common.found, NAME)
set_up = common.listening

CASES = [common.meets(NAME, "a server greets", *HELLO, ExpectEnd(), wants=GREET)]


def explain(seen):
    if wrong := _order(seen):
        return wrong
    if wrong := talk(seen, found) or ended_otherwise(seen) or common.result(seen):
        return wrong
    # what is returned is thought to end all that the function has begun
    return found("returns-before-it-closes") if not seen.calls("close") else None


def _order(seen):
    """Whether a line stands before one that it needs, or behind one that ends all."""
    if name := common.missing_name(seen):
        return found("uses-what-is-not-there", name=name, where=seen.failed_at)
    connects = next((at for at, call in enumerate(seen.trace) if call.name == "connect"), None)
    talks = [
        (at, call) for at, call in enumerate(seen.trace) if call.name in {*SENDING, *RECEIVING}
    ]
    if talks and (connects is None or talks[0][0] < connects):
        return found("talks-before-it-connects", call=talks[0][1].text(), where=talks[0][1].where)
    closes = next((at for at, call in enumerate(seen.trace) if call.name == "close"), None)
    if closes is not None and seen.ending == "raised":
        return found("goes-on-after-close", where=seen.failed_at)
    return None
