"""What check_client has to stand."""

import functools

from lenproto.exercises.functions import case
from lenproto.exercises.functions.case import GREETING, TALK_BEFORE, Silence, cut_within, of_server
from lenproto.lab.shocks.script import Close, ExpectEnd, Flood, Send
from lenproto.wire import HANDSHAKE

NAME = "check_client"
spec, shock = functools.partial(case.spec, NAME), functools.partial(case.shock, NAME)
POLITE = (Send(HANDSHAKE), GREETING, Send(b"NAME"))


def _seen(shock):
    """A shock as check_client sees it: up to the first request, which it has to return; "" where none comes whole."""
    said, script = b"", []
    for step in shock.script:
        if len(said) >= TALK_BEFORE or (isinstance(step, ExpectEnd) and step.within_s is None):
            break
        script.append(Silence() if isinstance(step, ExpectEnd) else step)
        said += getattr(step, "data", b"")
    if tuple(script) == POLITE or any(isinstance(step, Flood) for step in script):
        return None
    whole = said.startswith(HANDSHAKE) and len(said) >= TALK_BEFORE
    request = said[len(HANDSHAKE) : TALK_BEFORE]
    wants = "" if not whole else request.decode() if request.isalpha() else None
    return case.cut_to(NAME, shock, tuple(script), wants=wants)


CASES = [
    *(spec(f"asks {request}", Send(HANDSHAKE), GREETING, Send(request.encode()),
          entry="asks", values={"request": request}, wants=request)
      for request in ("NAME", "TIME", "EXIT")),
    *filter(None, map(_seen, cut_within(of_server(), 1, TALK_BEFORE))),
    shock("leaves before the last byte", "leaves",
           Send(HANDSHAKE), GREETING, Send(b"NAM"), Close(), wants=""),
    shock("handshake in small letters", "rubbish", Send(b"hi"), wants=""),
]  # fmt: skip
