"""What each of the five functions has to stand: cases of two levels, each a scripted peer.

spec: what the course text says, with a peer that is polite. shock: the peers of lenproto.lab.shocks, each cut to
the part of the conversation that the function sees. Two rows of that table reach no function: "1000 clients", for
one function sees one client, and "drips", for here no time passes; both are for whole programs.
"""

import contextlib
from dataclasses import dataclass

from lenproto.exercises.report_types import Level
from lenproto.lab.shocks import (
    ASKED,
    FRAME,
    GREET,
    HELLO,
    MET,
    Close,
    Expect,
    ExpectAnswer,
    ExpectEnd,
    Flood,
    Goodbye,
    NotMet,
    Reset,
    Send,
    client_shocks,
    server_shocks,
)
from lenproto.wire import GREETING_BYTES, HANDSHAKE, REQUEST_BYTES, frame

FUNCTIONS = ("initial_contact", "send_requests", "initial_listen", "check_client", "serve_requests")
SERVER_SIDE = ("initial_listen", "check_client", "serve_requests")
LEVELS: tuple[Level, ...] = ("spec", "shock")
KNOWN = ("NAME", "TIME", "RAND")
# random numbers that are asked for: so many that one out of ten is missed in one of seven million
# runs
DRAWS = 150

HEBREW_NAME = "שלום"
# bytes that a client sends before serve_requests begins
TALK_BEFORE = len(HANDSHAKE) + REQUEST_BYTES
SHOCK_TIMEOUT_S = 1.0  # stands in the stories only: no time passes here


@dataclass(frozen=True)
class AnswerTo(ExpectAnswer):
    """Expect a framed answer to a known request, or to one that is not known."""

    request: str = ""

    def __str__(self):
        return f"expect the answer to {self.request}" if self.request else "expect an answer"


@dataclass(frozen=True)
class Silence(ExpectEnd):
    """Say nothing more. The function's time limit runs out; whether it closes is another one's part."""

    within_s: float = SHOCK_TIMEOUT_S

    def __str__(self):
        return "say nothing more, until the time limit is over"

    def play(self, peer):
        with contextlib.suppress(NotMet):
            peer.receive(1)


@dataclass(frozen=True)
class Case:
    """One peer for one function: its name, a sentence of what the peer does, its script.

    request is the first one, for serve_requests; before what has come already when it begins.
    typed are the lines at the client's keyboard. peer: "polite", "leaves", "resets", "silent",
    "rubbish" or "cut". wants says which request check_client has to return, None for any; or
    whether initial_contact has to make contact. shows stands among what a client prints.
    """

    function: str
    level: Level
    name: str
    story: str
    script: tuple = ()
    peer: str = "polite"
    request: str = ""
    before: bytes = b""
    typed: tuple = ()
    wants: object = None
    shows: str = ""
    hebrew: bool = False


def cases(function: str, level: Level | None = None) -> list[Case]:
    """Return the cases of a function, the spec ones first; of one level, where it is given."""
    table = [*_SPEC[function], *_SHOCK[function]]
    return [case for case in table if level in (None, case.level)]


# ---- spec ----

_TALK = HANDSHAKE + b"NAMERANDEXIT"
_BYE = (Send(b"EXIT"), ExpectEnd())
_GREETING = Expect(GREETING_BYTES, "the greeting")
POLITE_CONTACT = (Send(HANDSHAKE), _GREETING, Send(b"NAME"))


def _spec(function, name, story, *script, **more):
    return Case(function, "spec", name, story, script, **more)


def _dialogue(*requests):
    """A polite client's part, once the first request has come: an answer, the next request, until EXIT."""
    script = [AnswerTo(request=requests[0])]
    for request in requests[1:]:
        script += [Send(request.encode()), AnswerTo(request=request)]
    return (*script, *_BYE)


def _asks(name, story, typed, wire, *answers, **more):
    """A polite server's part, once the greeting is out: a request, its answer, until EXIT."""
    script = []
    for request, answer in zip(wire, answers, strict=True):
        script += [Expect(REQUEST_BYTES, "the request", request), Send(frame(answer))]
    script += [Expect(REQUEST_BYTES, "the request EXIT", b"EXIT"), Close()]
    return _spec("send_requests", name, story, *script, typed=(*typed, "EXIT"), **more)


_SPEC = {
    "initial_listen": [
        _spec("initial_listen", "listens", "An address and a free port; then a client calls."),
        _spec("initial_listen", "another address", "Another address of this computer, where there is one."),
        _spec("initial_listen", "any port", "Port 0: the system chooses a free one."),
    ],
    "check_client": [
        _spec("check_client", f"asks {request}", f"A client says Hi, waits for the greeting, and asks {request}.",
              Send(HANDSHAKE), _GREETING, Send(request.encode()), wants=request)
        for request in ("NAME", "TIME", "EXIT")
    ],
    "serve_requests": [
        _spec("serve_requests", "one answer", "The first request is NAME; then the client sends EXIT.",
              *_dialogue("NAME"), request="NAME"),
        _spec("serve_requests", "EXIT at once", "The first request is EXIT.", ExpectEnd(), request="EXIT"),
        _spec("serve_requests", "several answers",
              "NAME, then RAND, TIME, NAME and EXIT, each when the answer before has come.",
              *_dialogue("NAME", "RAND", "TIME", "NAME"), request="NAME"),
        _spec("serve_requests", "TIME first", "The first request is TIME, the next one NAME.",
              *_dialogue("TIME", "NAME"), request="TIME"),
        _spec("serve_requests", "many random numbers", f"RAND is asked {DRAWS} times.",
              *_dialogue(*["RAND"] * DRAWS), request="RAND"),
    ],
    "initial_contact": [
        _spec("initial_contact", "greeted", "A server waits for Hi, and greets with 48 bytes.",
              *HELLO, wants=True, shows=GREET.decode()),
        _spec("initial_contact", "another address", "The server is at another address of this computer.",
              *HELLO, wants=True, shows=GREET.decode()),
    ],
    "send_requests": [
        _asks("one request", "The person types NAME and EXIT.", ["NAME"], [b"NAME"], "lena", shows="lena"),
        _asks("several requests", "The person types NAME, RAND, TIME and EXIT.", ["NAME", "RAND", "TIME"],
              [b"NAME", b"RAND", b"TIME"], "lena", "7", "2026-11-22 09:30:00", shows="2026-11-22 09:30:00"),
        _asks("small letters", "The person types name, in small letters.", ["name"], [b"NAME"], "lena", shows="lena"),
        _asks("five letters", "The person types NAMES: only the first four count.",
              ["NAMES"], [b"NAME"], "lena", shows="lena"),
        _asks("three letters", "The person types ABC: a blank fills it up.",
              ["ABC"], [b"ABC "], "unknown", shows="unknown"),
        _asks("an answer in Hebrew", f"The answer is {HEBREW_NAME}: 4 characters, 8 bytes.", ["NAME", "RAND"],
              [b"NAME", b"RAND"], HEBREW_NAME, "7", shows=HEBREW_NAME),
        _asks("a long answer", "The answer has 1234 bytes.", ["NAME", "RAND"],
              [b"NAME", b"RAND"], "long " * 246 + "tail", "7", shows="tail"),
    ],
}  # fmt: skip


# ---- shock: the one table, cut to what each function sees ----


def _check_client(shock):
    """A shock as check_client sees it: up to the first request, which it has to return; "" where none comes whole."""
    said, script = b"", []
    for step in shock.script:
        if len(said) >= TALK_BEFORE or (isinstance(step, ExpectEnd) and step.within_s is None):
            break
        script.append(Silence() if isinstance(step, ExpectEnd) else step)
        said += getattr(step, "data", b"")
    if tuple(script) == POLITE_CONTACT or any(isinstance(step, Flood) for step in script):
        return None
    whole = said.startswith(HANDSHAKE) and len(said) >= TALK_BEFORE
    kind = _kind(shock)
    request = said[len(HANDSHAKE) : TALK_BEFORE]
    wants = "" if not whole else request.decode() if request.isalpha() else None
    return Case("check_client", "shock", shock.name, shock.story, tuple(script), kind, wants=wants)


def _serve_requests(shock):
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
    steps = tuple(step for step in script if step != _GREETING)
    if _kind(shock) == "rubbish":
        # as the second request, so that the function itself has to read it
        steps, request = (ExpectAnswer(), Send(request), *steps), b"NAME"
    return Case(
        "serve_requests",
        "shock",
        shock.name,
        shock.story,
        steps,
        _kind(shock),
        request=request.decode(),
        before=before,
    )


_IN_PIECES = (  # shocks whose names begin so cut what is said otherwise than it is meant
    "cut", "one byte", "two requests", "all at once", "greeting byte", "answer byte", "answer cut",
)  # fmt: skip


def _kind(shock):
    """What sort of peer it is."""
    last = shock.script[-1]
    if isinstance(last, Reset):
        return "resets"
    if isinstance(last, Close):
        return "leaves"
    if getattr(last, "within_s", None):
        return "silent"
    words = {"half-closes": "leaves", "never reads": "silent"}
    if shock.name.startswith(_IN_PIECES):
        return "cut"
    return words.get(shock.name, "rubbish")


def _of_server():
    """The server's rows: only those that stand for one connection, and need no clock."""
    return [
        shock
        for shock in server_shocks(SHOCK_TIMEOUT_S)
        if shock.times == 1 and shock.name not in ("polite", "drips")
    ]


def _of_client():
    """The client's rows: only those in which a server listens."""
    return [
        shock for shock in client_shocks(SHOCK_TIMEOUT_S) if shock.script and shock.name != "polite"
    ]


def _cut_within(table, first, last):
    """A table of shocks without those that cut the client's bytes elsewhere."""
    cuts = [f"cut after byte {n}" for n in range(first, last)]
    return [
        shock for shock in table if not shock.name.startswith("cut after") or shock.name in cuts
    ]


def _contact(shock):
    """A shock as initial_contact sees it: up to the greeting; None where that comes whole, and in one piece."""
    if shock.script[: len(HELLO)] == HELLO:
        return None
    greeted = ASKED[-1] in shock.script
    script = shock.script[: shock.script.index(ASKED[-1])] if greeted else shock.script
    return Case(
        "initial_contact",
        "shock",
        shock.name,
        shock.story,
        script,
        _kind(shock),
        wants=greeted,
        shows=GREET.decode() if greeted else "",
    )


def _requests(shock):
    """A shock as send_requests sees it: after the greeting; None where that does not come."""
    if shock.script[: len(HELLO)] != HELLO:
        return None
    script = shock.script[len(HELLO) :]
    if isinstance(script[-1], ExpectEnd) and script[-1].within_s is None:
        # it may also make the best of what came
        script = (*script[:-1], Goodbye())
    return Case(
        "send_requests",
        "shock",
        shock.name,
        shock.story,
        script,
        _kind(shock),
        typed=shock.typed,
        shows=shock.prints if shock.name != "control characters" else "",
    )


_NAME_ASKED = Expect(REQUEST_BYTES, "the request", b"NAME")
_SHOCK = {
    "initial_listen": [
        Case("initial_listen", "shock", "port taken", "Another server listens there already.", peer="rubbish"),
        Case("initial_listen", "shock", "no such address", "The address is not this computer's.", peer="rubbish"),
    ],
    "check_client": [
        *filter(None, map(_check_client, _cut_within(_of_server(), 1, TALK_BEFORE))),
        Case("check_client", "shock", "leaves before the last byte", "A client leaves after three of four bytes.",
             (Send(HANDSHAKE), _GREETING, Send(b"NAM"), Close()), "leaves", wants=""),
        Case("check_client", "shock", "handshake in small letters", "A client says hi, in small letters.",
             (Send(b"hi"),), "rubbish", wants=""),
    ],
    "serve_requests": [
        *filter(None, map(_serve_requests, _cut_within(_of_server(), TALK_BEFORE, len(_TALK)))),
        Case("serve_requests", "shock", "leaves before the last byte",
             "A client gets an answer, and leaves after three of the next four bytes.",
             (ExpectAnswer(), Send(b"RAN"), Close()), "leaves", request="NAME"),
        Case("serve_requests", "shock", "unknown at first",
             "The first request is EXAM, which is not EXIT, the next one RAND.",
             (ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *_BYE), "rubbish", request="EXAM"),
        Case("serve_requests", "shock", "exit in small letters",
             "A client asks for exit, in small letters, and goes on.",
             (ExpectAnswer(), Send(b"exit"), ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *_BYE),
             "rubbish", request="NAME"),
        Case("serve_requests", "shock", "a name in Hebrew",
             f"This computer is named {HEBREW_NAME}: 4 characters, 8 bytes.",
             _dialogue("NAME", "RAND"), "polite", request="NAME", hebrew=True),
        Case("serve_requests", "shock", "no request", "The client left before its first request: the request is empty.",
             (ExpectEnd(),), "leaves"),
    ],
    "initial_contact": [
        *filter(None, map(_contact, _of_client())),
        Case("initial_contact", "shock", "closes before the last byte", "The server closes after 47 of 48 bytes.",
             (*MET, Send(GREET[:-1]), Close()), "leaves", wants=False),
        Case("initial_contact", "shock", "refuses", "No server listens.", (), "refuses", wants=False),
        Case("initial_contact", "shock", "no such address", "The address is none at all.", (), "refuses", wants=False),
        Case("initial_contact", "shock", "greeting in two pieces", "The greeting comes in two segments.",
             (*MET, Send(GREET[:20]), Send(GREET[20:])), "cut", wants=True, shows=GREET.decode()),
    ],
    "send_requests": [
        *filter(None, map(_requests, _of_client())),
        Case("send_requests", "shock", "resets between two answers",
             "The server resets where the next request would come.",
             (_NAME_ASKED, Send(FRAME), Reset()), "resets", typed=("NAME", "RAND", "EXIT"), shows="lena"),
        Case("send_requests", "shock", "letters that are not English",
             f"The person types {HEBREW_NAME}, then NAME and EXIT.",
             (_NAME_ASKED, Send(FRAME), Expect(REQUEST_BYTES, "the request EXIT", b"EXIT"), Close()),
             "polite", typed=(HEBREW_NAME, "NAME", "EXIT"), shows="lena"),
        Case("send_requests", "shock", "header and half a body",
             "The header and half of the body come together, then the rest.",
             (_NAME_ASKED, Send(FRAME[:6]), Send(FRAME[6:]), Goodbye()), "cut", typed=("NAME", "EXIT"), shows="lena"),
    ],
}  # fmt: skip
