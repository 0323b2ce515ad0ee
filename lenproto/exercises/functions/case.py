"""What a function has to stand: a case is a scripted peer, of one of two levels.

spec: what the course text says, with a peer that is polite. shock: the peers of lenproto.lab.shocks, each cut to
the part of the conversation that the function sees. Two rows of that table reach no function: "1000 clients", for
one function sees one client, and "drips", for here no time passes; both are for whole programs. What is said of the
others stands in words/*/cases.toml. Each function's table is CASES in its own folder.
"""

import contextlib
from dataclasses import dataclass

from lenproto.exercises.functions import part
from lenproto.exercises.report.types import Level
from lenproto.lab.shocks.script import Expect, ExpectAnswer, ExpectEnd, NotMet, needs_the_clock
from lenproto.lab.shocks.table import (
    THE_GREETING,
    THE_REQUEST,
    client_shocks,
    entry_of,
    server_shocks,
    told,
)
from lenproto.wire import GREETING_BYTES, HANDSHAKE, REQUEST_BYTES
from lenproto.words import Words

KNOWN = ("NAME", "TIME", "RAND")
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
    given is what a step is called with, besides a socket.
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
    given: tuple = ()
    label: Words | str = ""
    did: Words | str = ""

    @property
    def name(self) -> str:
        """Its name, as it is shown."""
        return str(self.label or self.id)


def cases(function: str, level: Level | None = None) -> list[Case]:
    """Return the cases of a function, the spec ones first; of one level, where it is given."""
    return [case for case in part(function, "cases").CASES if level in (None, case.level)]


# ---- what the rows of several functions share ----

TALK = HANDSHAKE + b"NAMERANDEXIT"
GREETING = Expect(GREETING_BYTES, THE_GREETING)
NAME_ASKED = Expect(REQUEST_BYTES, THE_REQUEST, b"NAME")


def of_level(function, level, id, *script, entry="", values=None, **more):
    """A case of its own; entry is where its words stand, values what stands in them."""
    key = f"cases.{function.replace('_', '-')}.{entry or entry_of(id)}"
    return Case(function, level, id, script=script, **told(key, **(values or {})), **more)


def spec(function, id, *script, **more):
    return of_level(function, "spec", id, *script, **more)


def shock(function, id, peer, *script, **more):
    return of_level(function, "shock", id, *script, peer=peer, **more)


def cut_to(function, shock, script, **more):
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


def of_server():
    """The server's rows: only those that stand for one connection, and need no clock."""
    return [
        shock
        for shock in server_shocks(SHOCK_TIMEOUT_S)
        if shock.manner != "polite" and not needs_the_clock(shock.script, SHOCK_TIMEOUT_S)
    ]


def of_client():
    """The client's rows: only those in which a server listens."""
    return [
        shock
        for shock in client_shocks(SHOCK_TIMEOUT_S)
        if shock.script and shock.manner != "polite"
    ]


def cut_within(table, first, last):
    """A table of shocks without those that cut the client's bytes elsewhere."""
    return [shock for shock in table if not shock.after or first <= shock.after < last]
