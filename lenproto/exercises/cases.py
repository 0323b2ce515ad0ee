"""What each of the five functions has to stand: cases of two levels, each a scripted peer.

spec: what the course text says, with a peer that is polite. shock: the peers of lenproto.lab.shocks, each cut to
the part of the conversation that the function sees. Two rows of that table reach no function: "1000 clients", for
one function sees one client, and "drips", for here no time passes; both are for whole programs. What is said of the
others stands in words/*/cases.toml.
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
    THE_EXIT,
    THE_GREETING,
    THE_REQUEST,
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
    entry_of,
    needs_the_clock,
    server_shocks,
    told,
)
from lenproto.wire import GREETING_BYTES, HANDSHAKE, REQUEST_BYTES, frame
from lenproto.words import Words

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

    @property
    def words(self):
        if not self.request:
            return Words("shocks.step.expect-answer")
        return Words("shocks.step.expect-answer-to", request=self.request)


@dataclass(frozen=True)
class Silence(ExpectEnd):
    """Say nothing more. The function's time limit runs out; whether it closes is another one's part."""

    within_s: float = SHOCK_TIMEOUT_S

    @property
    def words(self):
        return Words("shocks.step.silence")

    def play(self, peer):
        with contextlib.suppress(NotMet):
            peer.receive(1)


@dataclass(frozen=True)
class Case:
    """One peer for one function: its id, a sentence of what the peer does, its script.

    request is the first one, for serve_requests; before what has come already when it begins.
    typed are the lines at the client's keyboard. peer: "polite", "leaves", "resets", "silent",
    "refuses", "rubbish" or "cut". wants says which request check_client has to return, None for any;
    or whether initial_contact has to make contact. shows stands among what a client prints.
    setting says what else there is to set up, or to know when it is judged, such as "taken-port".
    label is its name as it is shown, did the story within a sentence: "…, when a client leaves".
    """

    function: str
    level: Level
    id: str
    story: Words | str
    script: tuple = ()
    peer: str = "polite"
    request: str = ""
    before: bytes = b""
    typed: tuple = ()
    wants: object = None
    shows: str = ""
    setting: str = ""
    label: Words | str = ""
    did: Words | str = ""

    @property
    def name(self) -> str:
        """Its name, as it is shown."""
        return str(self.label or self.id)


def cases(function: str, level: Level | None = None) -> list[Case]:
    """Return the cases of a function, the spec ones first; of one level, where it is given."""
    table = [*_SPEC[function], *_SHOCK[function]]
    return [case for case in table if level in (None, case.level)]


# ---- spec ----

_TALK = HANDSHAKE + b"NAMERANDEXIT"
_BYE = (Send(b"EXIT"), ExpectEnd())
_GREETING = Expect(GREETING_BYTES, THE_GREETING)
POLITE_CONTACT = (Send(HANDSHAKE), _GREETING, Send(b"NAME"))


def _case(function, level, id, *script, entry="", values=None, **more):
    """A case of its own; entry is where its words stand, values what stands in them."""
    key = f"cases.{function.replace('_', '-')}.{entry or entry_of(id)}"
    return Case(function, level, id, script=script, **told(key, **(values or {})), **more)


def _spec(function, id, *script, **more):
    return _case(function, "spec", id, *script, **more)


def _shock(function, id, peer, *script, **more):
    return _case(function, "shock", id, *script, peer=peer, **more)


def _cut_to(function, shock, script, **more):
    """A shock, cut to what a function sees."""
    return Case(
        function,
        "shock",
        shock.id,
        shock.story,
        script,
        shock.manner,
        setting=shock.setting,
        label=shock.label,
        did=shock.did,
        **more,
    )


def _dialogue(*requests):
    """A polite client's part, once the first request has come: an answer, the next request, until EXIT."""
    script = [AnswerTo(request=requests[0])]
    for request in requests[1:]:
        script += [Send(request.encode()), AnswerTo(request=request)]
    return (*script, *_BYE)


def _asks(id, typed, wire, *answers, **more):
    """A polite server's part, once the greeting is out: a request, its answer, until EXIT."""
    script = []
    for request, answer in zip(wire, answers, strict=True):
        script += [Expect(REQUEST_BYTES, THE_REQUEST, request), Send(frame(answer))]
    script += [Expect(REQUEST_BYTES, THE_EXIT, b"EXIT"), Close()]
    return _spec("send_requests", id, *script, typed=(*typed, "EXIT"), **more)


_SPEC = {
    "initial_listen": [
        _spec("initial_listen", "listens"),
        _spec("initial_listen", "another address", setting="another-address"),
        _spec("initial_listen", "any port", setting="any-port"),
    ],
    "check_client": [
        _spec("check_client", f"asks {request}", Send(HANDSHAKE), _GREETING, Send(request.encode()),
              entry="asks", values={"request": request}, wants=request)
        for request in ("NAME", "TIME", "EXIT")
    ],
    "serve_requests": [
        _spec("serve_requests", "one answer", *_dialogue("NAME"), request="NAME"),
        _spec("serve_requests", "EXIT at once", ExpectEnd(), request="EXIT"),
        _spec("serve_requests", "several answers", *_dialogue("NAME", "RAND", "TIME", "NAME"), request="NAME"),
        _spec("serve_requests", "TIME first", *_dialogue("TIME", "NAME"), request="TIME"),
        _spec("serve_requests", "many random numbers", *_dialogue(*["RAND"] * DRAWS),
              values={"n": DRAWS}, request="RAND"),
    ],
    "initial_contact": [
        _spec("initial_contact", "greeted", *HELLO, wants=True, shows=GREET.decode()),
        _spec("initial_contact", "another address", *HELLO,
              wants=True, shows=GREET.decode(), setting="another-address"),
    ],
    "send_requests": [
        _asks("one request", ["NAME"], [b"NAME"], "lena", shows="lena", setting="one-request"),
        _asks("several requests", ["NAME", "RAND", "TIME"], [b"NAME", b"RAND", b"TIME"],
              "lena", "7", "2026-11-22 09:30:00", shows="2026-11-22 09:30:00", setting="several-requests"),
        _asks("small letters", ["name"], [b"NAME"], "lena", shows="lena"),
        _asks("five letters", ["NAMES"], [b"NAME"], "lena", shows="lena"),
        _asks("three letters", ["ABC"], [b"ABC "], "unknown", shows="unknown"),
        _asks("an answer in Hebrew", ["NAME", "RAND"], [b"NAME", b"RAND"], HEBREW_NAME, "7",
              values={"name": HEBREW_NAME}, shows=HEBREW_NAME),
        _asks("a long answer", ["NAME", "RAND"], [b"NAME", b"RAND"], "long " * 246 + "tail", "7", shows="tail"),
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
    request = said[len(HANDSHAKE) : TALK_BEFORE]
    wants = "" if not whole else request.decode() if request.isalpha() else None
    return _cut_to("check_client", shock, tuple(script), wants=wants)


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
    if shock.manner == "rubbish":
        # as the second request, so that the function itself has to read it
        steps, request = (ExpectAnswer(), Send(request), *steps), b"NAME"
    return _cut_to("serve_requests", shock, steps, request=request.decode(), before=before)


def _of_server():
    """The server's rows: only those that stand for one connection, and need no clock."""
    return [
        shock
        for shock in server_shocks(SHOCK_TIMEOUT_S)
        if shock.manner != "polite" and not needs_the_clock(shock.script, SHOCK_TIMEOUT_S)
    ]


def _of_client():
    """The client's rows: only those in which a server listens."""
    return [
        shock
        for shock in client_shocks(SHOCK_TIMEOUT_S)
        if shock.script and shock.manner != "polite"
    ]


def _cut_within(table, first, last):
    """A table of shocks without those that cut the client's bytes elsewhere."""
    return [shock for shock in table if not shock.after or first <= shock.after < last]


def _contact(shock):
    """A shock as initial_contact sees it: up to the greeting; None where that comes whole, and in one piece."""
    if shock.script[: len(HELLO)] == HELLO:
        return None
    greeted = ASKED[-1] in shock.script
    script = shock.script[: shock.script.index(ASKED[-1])] if greeted else shock.script
    shows = GREET.decode() if greeted else ""
    return _cut_to("initial_contact", shock, script, wants=greeted, shows=shows)


def _requests(shock):
    """A shock as send_requests sees it: after the greeting; None where that does not come."""
    if shock.script[: len(HELLO)] != HELLO:
        return None
    script = shock.script[len(HELLO) :]
    if isinstance(script[-1], ExpectEnd) and script[-1].within_s is None:
        # it may also make the best of what came
        script = (*script[:-1], Goodbye())
    # what may not be shown as it came may be shown in any way
    shows = "" if shock.hides else shock.prints
    return _cut_to("send_requests", shock, script, typed=shock.typed, shows=shows)


_NAME_ASKED = Expect(REQUEST_BYTES, THE_REQUEST, b"NAME")
_SHOCK = {
    "initial_listen": [
        _shock("initial_listen", "port taken", "rubbish", setting="taken-port"),
        _shock("initial_listen", "no such address", "rubbish", setting="no-such-address"),
    ],
    "check_client": [
        *filter(None, map(_check_client, _cut_within(_of_server(), 1, TALK_BEFORE))),
        _shock("check_client", "leaves before the last byte", "leaves",
               Send(HANDSHAKE), _GREETING, Send(b"NAM"), Close(), wants=""),
        _shock("check_client", "handshake in small letters", "rubbish", Send(b"hi"), wants=""),
    ],
    "serve_requests": [
        *filter(None, map(_serve_requests, _cut_within(_of_server(), TALK_BEFORE, len(_TALK)))),
        _shock("serve_requests", "leaves before the last byte", "leaves",
               ExpectAnswer(), Send(b"RAN"), Close(), request="NAME"),
        _shock("serve_requests", "unknown at first", "rubbish",
               ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *_BYE, request="EXAM"),
        _shock("serve_requests", "exit in small letters", "rubbish",
               ExpectAnswer(), Send(b"exit"), ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *_BYE, request="NAME"),
        _shock("serve_requests", "a name in Hebrew", "polite", *_dialogue("NAME", "RAND"),
               values={"name": HEBREW_NAME}, request="NAME", setting="hebrew-name"),
        _shock("serve_requests", "no request", "leaves", ExpectEnd()),
    ],
    "initial_contact": [
        *filter(None, map(_contact, _of_client())),
        _shock("initial_contact", "closes before the last byte", "leaves",
               *MET, Send(GREET[:-1]), Close(), wants=False),
        _shock("initial_contact", "refuses", "refuses", wants=False),
        _shock("initial_contact", "no such address", "refuses", wants=False, setting="no-such-address"),
        _shock("initial_contact", "greeting in two pieces", "cut",
               *MET, Send(GREET[:20]), Send(GREET[20:]), wants=True, shows=GREET.decode()),
    ],
    "send_requests": [
        *filter(None, map(_requests, _of_client())),
        _shock("send_requests", "resets between two answers", "resets",
               _NAME_ASKED, Send(FRAME), Reset(), typed=("NAME", "RAND", "EXIT"), shows="lena"),
        _shock("send_requests", "letters that are not English", "polite",
               _NAME_ASKED, Send(FRAME), Expect(REQUEST_BYTES, THE_EXIT, b"EXIT"), Close(),
               values={"name": HEBREW_NAME}, typed=(HEBREW_NAME, "NAME", "EXIT"), shows="lena", setting="not-english"),
        _shock("send_requests", "header and half a body", "cut",
               _NAME_ASKED, Send(FRAME[:6]), Send(FRAME[6:]), Goodbye(), typed=("NAME", "EXIT"), shows="lena"),
    ],
}  # fmt: skip
