"""What initial_contact has to stand."""

import functools

from lenproto.exercises.functions import case
from lenproto.exercises.functions.case import of_client
from lenproto.lab.shocks.script import Close, Send
from lenproto.lab.shocks.table import ASKED, GREET, HELLO, MET, NO_TEXT

NAME = "initial_contact"
spec, shock = functools.partial(case.spec, NAME), functools.partial(case.shock, NAME)


def _seen(shock):
    """A shock as initial_contact sees it: up to the greeting; None where that comes whole, and in one piece."""
    if shock.script[: len(HELLO)] == HELLO:
        return None
    if NO_TEXT in [getattr(step, "data", b"") for step in shock.script]:
        # it may take it for a greeting, or for none
        return case.cut_to(NAME, shock, shock.script[:-1], wants=None)
    greeted = ASKED[-1] in shock.script
    script = shock.script[: shock.script.index(ASKED[-1])] if greeted else shock.script
    shows = GREET.decode() if greeted else ""
    return case.cut_to(NAME, shock, script, wants=greeted, shows=shows)


CASES = [
    spec("greeted", *HELLO, wants=True, shows=GREET.decode()),
    spec("another address", *HELLO,
          wants=True, shows=GREET.decode(), setting="another-address"),
    spec("refuses", peer="refuses", wants=False),
    spec("no such address", peer="refuses", wants=False, setting="no-such-address"),
    *filter(None, map(_seen, of_client())),
    shock("closes before the last byte", "leaves",
           *MET, Send(GREET[:-1]), Close(), wants=False),
    shock("greeting in two pieces", "cut",
           *MET, Send(GREET[:20]), Send(GREET[20:]), wants=True, shows=GREET.decode()),
]  # fmt: skip
