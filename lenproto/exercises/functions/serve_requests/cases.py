"""What serve_requests has to stand."""

import functools

from lenproto.exercises.functions import case
from lenproto.exercises.functions.case import (
    GREETING,
    HEBREW_NAME,
    TALK,
    TALK_BEFORE,
    AnswerTo,
    cut_within,
    of_server,
)
from lenproto.lab.shocks.script import Close, ExpectAnswer, ExpectEnd, Flood, Send, Wait
from lenproto.wire import HANDSHAKE

NAME = "serve_requests"
spec, shock = functools.partial(case.spec, NAME), functools.partial(case.shock, NAME)
# random numbers that are asked for: so many that one out of ten is missed in one of seven million runs
DRAWS = 150
PAUSE_S = 4.0  # seconds, in which a minute begins: see clock
_BYE = (Send(b"EXIT"), ExpectEnd())


def _dialogue(*requests):
    """A polite client's part, once the first request has come: an answer, the next request, until EXIT.

    It takes its time before it asks for the TIME again: the server's clock goes on meanwhile.
    """
    script = [AnswerTo(request=requests[0])]
    for number, request in enumerate(requests[1:], 1):
        again = request == "TIME" and request in requests[:number]
        script += [*[Wait(PAUSE_S)] * again, Send(request.encode()), AnswerTo(request=request)]
    return (*script, *_BYE)


def _seen(shock):
    """A shock as serve_requests sees it: from the first request on; None where that does not come whole."""
    said, script, before = b"", [], b""
    for step in shock.script:
        data = getattr(step, "data", b"")
        if len(said) >= TALK_BEFORE or isinstance(step, Flood):
            script.append(step)
        elif len(said) + len(data) >= TALK_BEFORE:
            before = data[TALK_BEFORE - len(said) :]
        said += data
    if not said.startswith(HANDSHAKE) or len(said) < TALK_BEFORE:
        return None
    request = said[len(HANDSHAKE) : TALK_BEFORE]
    steps = tuple(step for step in script if step != GREETING)
    if shock.manner == "rubbish":
        # as the second request, so that the function itself has to read it
        steps, request = (ExpectAnswer(), Send(request), *steps), b"NAME"
    return case.cut_to(NAME, shock, steps, request=request.decode(), before=before)


CASES = [
    spec("one answer", *_dialogue("NAME"), request="NAME"),
    spec("EXIT at once", ExpectEnd(), request="EXIT"),
    spec("several answers", *_dialogue("NAME", "RAND", "TIME", "NAME"), request="NAME"),
    spec("TIME first", *_dialogue("TIME", "NAME", "TIME"), request="TIME"),
    spec("many random numbers", *_dialogue(*["RAND"] * DRAWS),
          values={"n": DRAWS}, request="RAND"),
    *filter(None, map(_seen, cut_within(of_server(), TALK_BEFORE, len(TALK)))),
    shock("leaves before the last byte", "leaves",
           ExpectAnswer(), Send(b"RAN"), Close(), request="NAME"),
    shock("unknown at first", "rubbish",
           ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *_BYE, request="EXAM"),
    shock("exit in small letters", "rubbish",
           ExpectAnswer(), Send(b"exit"), ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *_BYE, request="NAME"),
    shock("a name in Hebrew", "polite", *_dialogue("NAME", "RAND"),
           values={"name": HEBREW_NAME}, request="NAME", setting="hebrew-name"),
    shock("no request", "leaves", ExpectEnd()),
]  # fmt: skip
