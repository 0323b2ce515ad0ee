"""What send_requests has to stand."""

import functools

from lenproto.exercises.functions import case
from lenproto.exercises.functions.case import HEBREW_NAME, NAME_ASKED, of_client
from lenproto.lab.shocks.script import Close, Expect, ExpectEnd, Goodbye, Reset, Send
from lenproto.lab.shocks.table import FRAME, HELLO, THE_EXIT, THE_REQUEST
from lenproto.wire import REQUEST_BYTES, frame

NAME = "send_requests"
spec, shock = functools.partial(case.spec, NAME), functools.partial(case.shock, NAME)


_polite_shock = functools.partial(case.of_level, NAME, "shock")


def _asks(id, typed, wire, *answers, level=spec, **more):
    """A polite server's part, once the greeting is out: a request, its answer, until EXIT."""
    script = []
    for request, answer in zip(wire, answers, strict=True):
        script += [Expect(REQUEST_BYTES, THE_REQUEST, request), Send(frame(answer))]
    script += [Expect(REQUEST_BYTES, THE_EXIT, b"EXIT"), Close()]
    return level(id, *script, typed=(*typed, "EXIT"), **more)


def _seen(shock):
    """A shock as send_requests sees it: after the greeting; None where that does not come."""
    if shock.script[: len(HELLO)] != HELLO:
        return None
    script = shock.script[len(HELLO) :]
    if isinstance(script[-1], ExpectEnd) and script[-1].within_s is None:
        # it may also make the best of what came
        script = (*script[:-1], Goodbye())
    # what may not be shown as it came may be shown in any way
    shows = "" if shock.hides else shock.prints
    return case.cut_to(NAME, shock, script, typed=shock.typed, shows=shows)


CASES = [
    _asks("one request", ["NAME"], [b"NAME"], "lena", shows="lena", setting="one-request"),
    _asks("several requests", ["NAME", "RAND", "TIME"], [b"NAME", b"RAND", b"TIME"],
          "lena", "7", "2026-11-22 09:30:00", shows="2026-11-22 09:30:00", setting="several-requests"),
    _asks("small letters", ["name"], [b"NAME"], "lena", shows="lena"),
    _asks("five letters", ["NAMES"], [b"NAME"], "lena", shows="lena"),
    _asks("an answer in Hebrew", ["NAME", "RAND"], [b"NAME", b"RAND"], HEBREW_NAME, "7",
          values={"name": HEBREW_NAME}, shows=HEBREW_NAME),
    _asks("a long answer", ["NAME", "RAND"], [b"NAME", b"RAND"], "long " * 246 + "tail", "7", shows="tail"),
    spec("no last answer", typed=("NAME", "EXIT"), setting="no-answer"),
    _asks("three letters", ["ABC"], [b"ABC "], "unknown", level=_polite_shock, shows="unknown", setting="asked"),
    *filter(None, map(_seen, of_client())),
    shock("resets between two answers", "resets",
           NAME_ASKED, Send(FRAME), Reset(), typed=("NAME", "RAND", "EXIT"), shows="lena"),
    shock("letters that are not English", "polite",
           NAME_ASKED, Send(FRAME), Expect(REQUEST_BYTES, THE_EXIT, b"EXIT"), Close(),
           values={"name": HEBREW_NAME}, typed=(HEBREW_NAME, "NAME", "EXIT"), shows="lena", setting="not-english"),
    shock("header and half a body", "cut",
           NAME_ASKED, Send(FRAME[:6]), Send(FRAME[6:]), Goodbye(), typed=("NAME", "EXIT"), shows="lena"),
]  # fmt: skip
