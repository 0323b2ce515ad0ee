"""The table of shocks: peers that misbehave by a script, against a server and against a client.

One table, server_shocks() and client_shocks(), serves the lessons, the tests, the command line and
the checker. What is said of a row stands in words/*/shocks.toml.
"""

import functools
from dataclasses import dataclass, replace

from lenproto.answers import ANSWERS
from lenproto.lab.call import literal
from lenproto.lab.program import LabError
from lenproto.lab.shocks.framings import OURS, Framing
from lenproto.lab.shocks.script import (
    Close,
    Expect,
    ExpectAnswer,
    ExpectEnd,
    Flood,
    Goodbye,
    Reset,
    Send,
    ShutDown,
    Wait,
)
from lenproto.server import CLIENT_TIMEOUT_S
from lenproto.wire import DEFAULT_IP, GREETING_BYTES, HANDSHAKE, REQUEST_BYTES, greeting
from lenproto.words import Words

MARGIN_S = 1.0  # seconds that a program may take longer than its own time limit
FLOOD_MARGIN_S = 30.0  # the same, when it has a flood to read before it, on a busy computer
CLIENTS = 1000  # that come one after another
OTHERS = "others"  # the family of a shock that is in none


@dataclass(frozen=True)
class Shock:
    """A peer that misbehaves: its id, what it does in a sentence, its script; how often it comes.

    family is the row of buttons in which it stands. manner says what sort of peer it is: "polite",
    "cut" (what it says comes in other pieces than it is meant), "leaves", "resets", "silent",
    "refuses" or "rubbish"; setting, what else there is to know: "flood", "bad-length", "half-a-body",
    "no-body" or "no-text".
    after: after which byte what it says is cut in two, 0 if nowhere by a number.
    literal says what becomes of the course-literal server as long as the client stays: empty if
    that withstands it, too.
    Against a client: typed are the lines at its keyboard, prints is what it has to show, hides what
    it may not; ip is where it is sent, if not to the script. Without a script it is refused.
    framing is how messages are told apart in the protocol that it speaks.
    label is its name as it is shown, did the story within a sentence: "…, when a client leaves".
    """

    id: str
    story: Words | str
    script: tuple
    times: int = 1
    literal: str = ""
    typed: tuple = ("NAME", "EXIT")
    prints: str = ""
    hides: str = ""
    ip: str = DEFAULT_IP
    family: str = OTHERS
    manner: str = "rubbish"
    setting: str = ""
    after: int = 0
    framing: Framing = OURS
    label: Words | str = ""
    did: Words | str = ""

    @property
    def name(self):
        """Its name, as it is shown."""
        return str(self.label or self.id)


def told(key, **values):
    """What is said of a shock, or of a case, whose entry has this key: its label, story and did."""
    return {
        "label": Words(f"{key}.name", **values),
        "story": Words(f"{key}.story", **values),
        "did": Words(f"{key}.did", **values),
    }


def entry_of(id):
    """The entry that belongs to an id, where none is named: "leaves after Hi" has [leaves-after-hi]."""
    return id.lower().replace(" ", "-")


def _row(side, id, family, manner, script, *, entry="", values=None, **facts):
    """A row of the shocks against one side; entry is where its words stand, values what stands in them."""
    words = told(f"shocks.{side}.{entry or entry_of(id)}", **(values or {}))
    return Shock(id, script=script, family=family, manner=manner, **words, **facts)


THE_HANDSHAKE, THE_GREETING = Words("shocks.part.handshake"), Words("shocks.part.greeting")
THE_REQUEST, THE_EXIT = Words("shocks.part.request"), Words("shocks.part.exit")
HI, GREETING, EXIT = Send(HANDSHAKE), Expect(GREETING_BYTES, THE_GREETING), Send(b"EXIT")
GREETED = (HI, GREETING)
ANSWERED = (*GREETED, Send(b"NAME"), ExpectAnswer())
LEAVES = (EXIT, ExpectEnd())
POLITE = (*GREETED, Send(b"RAND"), ExpectAnswer(), *LEAVES)
TALK = b"HiNAMERANDEXIT"  # all that a client says in a short conversation
TWO_ANSWERS = (GREETING, ExpectAnswer(), ExpectAnswer(), ExpectEnd())


def server_shocks(timeout_s, flood_margin_s=FLOOD_MARGIN_S, framing=OURS):
    """Return the shocks against a server that drops a silent client after timeout_s seconds.

    flood_margin_s: how many seconds longer one may take that has a flood to read before it.
    framing: the one of the server's protocol, where that is not quite ours.
    """
    rows = _server_shocks(timeout_s, flood_margin_s)
    return [replace(row, script=framing.script(row.script), framing=framing) for row in rows]


def _server_shocks(timeout_s, flood_margin_s):
    """The table, in our own protocol."""
    gone = ExpectEnd(timeout_s + MARGIN_S)
    drip = timeout_s * 0.6  # so that each byte by itself comes in time
    dies, hangs = "it dies", "it hangs"
    row = functools.partial(_row, "server")
    return [
        row("polite", "all well", "polite", POLITE),
        row("one byte at a time", "cuts", "cut",
            (Send(HANDSHAKE, 1, 0.02), GREETING, Send(b"NAME", 1, 0.02), ExpectAnswer(),
             Send(b"EXIT", 1, 0.02), ExpectEnd()), literal=hangs),
        *(row(f"cut after byte {n}", "cuts", "cut", (Send(TALK[:n]), Wait(0.02), Send(TALK[n:]), *TWO_ANSWERS),
              after=n, entry="cut-after-byte", values={"n": n}, literal="" if n % 4 == 2 else hangs)
          for n in range(1, len(TALK))),
        row("two requests at once", "all well", "cut",
            (*GREETED, Send(b"NAMERAND"), ExpectAnswer(), ExpectAnswer(), *LEAVES)),
        row("all at once", "all well", "cut", (Send(TALK), *TWO_ANSWERS)),
        row("leaves at once", "leaves", "leaves", (Close(),), literal=dies),
        row("leaves after Hi", "leaves", "leaves", (*GREETED, Close()), literal=dies),
        row("leaves in a request", "leaves", "leaves", (*GREETED, Send(b"NA"), Close()), literal=dies),
        row("leaves after an answer", "leaves", "leaves", (*ANSWERED, Close()), literal=dies),
        row("leaves in a later request", "leaves", "leaves", (*ANSWERED, Send(b"RA"), Close()), literal=dies),
        row("half-closes", "leaves", "leaves", (*ANSWERED, ShutDown(), ExpectEnd()), literal=hangs),
        row("resets at once", "resets", "resets", (Reset(),), literal=dies),
        row("resets after Hi", "resets", "resets", (*GREETED, Reset()), literal=dies),
        row("resets in a request", "resets", "resets", (*GREETED, Send(b"NA"), Reset()), literal=dies),
        row("resets after an answer", "resets", "resets", (*ANSWERED, Reset()), literal=dies),
        row("resets in a later request", "resets", "resets", (*ANSWERED, Send(b"RA"), Reset()), literal=dies),
        row("says nothing", "silent", "silent", (gone,), literal=hangs),
        row("says nothing after Hi", "silent", "silent", (*GREETED, gone), literal=hangs),
        row("says half a request", "silent", "silent", (*GREETED, Send(b"NA"), gone), literal=hangs),
        row("says nothing after an answer", "silent", "silent", (*ANSWERED, gone), literal=hangs),
        row("says half a later request", "silent", "silent", (*ANSWERED, Send(b"RA"), gone), literal=hangs),
        row("drips", "silent", "silent",
            (*GREETED, Send(b"N"), Wait(drip), Send(b"A"), Wait(drip), ExpectEnd(MARGIN_S)), literal=hangs),
        row("wrong handshake", "rubbish", "rubbish", (Send(b"Ho"), ExpectEnd()), literal=hangs),
        row("speaks HTTP", "rubbish", "rubbish",
            (Send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), ExpectEnd()), literal=hangs),
        *(row(id, "rubbish", "rubbish",
              (*GREETED, Send(request), ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *LEAVES),
              values={"request": literal(request)}, literal=what)
          for id, request, what in (
              ("lower case", b"time", ""), ("unknown request", b"WHAT", ""), ("spaces", b"    ", ""),
              ("NUL bytes", b"\0\0\0\0", ""), ("binary request", b"\xff\xfe\x80\x00", dies))),
        row("never reads", "greedy", "silent", (*GREETED, Flood(b"????", timeout_s + flood_margin_s)),
            setting="flood", literal=hangs),
        row(f"{CLIENTS} clients", "all well", "polite", (*GREETED, *LEAVES), times=CLIENTS,
            entry="many-clients", values={"n": CLIENTS}),
    ]  # fmt: skip


GREET = greeting(ANSWERS)
MET = (Expect(len(HANDSHAKE), THE_HANDSHAKE, HANDSHAKE),)
HELLO = (*MET, Send(GREET))
ASKED = (*HELLO, Expect(REQUEST_BYTES, THE_REQUEST, b"NAME"))
FRAME = b"0004lena"
HALF = b"abc"  # of a body of ten bytes
HALF_AN_ANSWER = (
    *ASKED,
    Send(FRAME),
    Expect(REQUEST_BYTES, THE_REQUEST, b"RAND"),
    Send(b"0010" + HALF),
)
NO_TEXT = b"\xff\xfe" * (GREETING_BYTES // 2)
# RFC 1035 lets a name have 255 octets. This one is refused on the spot: no name server is asked,
# nothing leaves the computer.
NO_SUCH_ADDRESS = "no-such-address." * 16 + "invalid"


def client_shocks(timeout_s):
    """Return the shocks against a client that gives up a silent server after timeout_s seconds."""
    given_up = ExpectEnd(timeout_s + MARGIN_S)
    lena = {"prints": "lena"}
    half = {"typed": ("NAME", "RAND", "EXIT"), "setting": "half-a-body", **lena}
    row = functools.partial(_row, "client")
    return [
        row("polite", "all well", "polite", (*ASKED, Send(FRAME), Goodbye()), **lena),
        row("greeting byte by byte", "cuts", "cut",
            (*MET, Send(GREET, 1, 0.001), *ASKED[2:], Send(FRAME), Goodbye()), **lena),
        row("answer byte by byte", "cuts", "cut", (*ASKED, Send(FRAME, 1, 0.02), Goodbye()), **lena),
        *(row(f"answer cut after byte {n}", "cuts", "cut",
              (*ASKED, Send(FRAME[:n]), Wait(0.02), Send(FRAME[n:]), Goodbye()),
              after=n, entry="answer-cut-after-byte", values={"n": n}, **lena)
          for n in range(1, len(FRAME))),
        row("refuses", "leaves", "refuses", ()),
        row("no such address", "leaves", "refuses", (), ip=NO_SUCH_ADDRESS),
        row("closes at once", "leaves", "leaves", (*MET, Close())),
        row("resets at once", "resets", "resets", (*MET, Reset())),
        row("closes in the greeting", "leaves", "leaves", (*MET, Send(GREET[:20]), Close())),
        *(row(id, "rubbish", "rubbish", (*ASKED, Send(header + b"abcdefghijklmnopqrstuvwxyz"), ExpectEnd()),
              setting="bad-length", values={"header": literal(header)})
          for id, header in (
              ("length is no number", b"4x2!"), ("negative length", b"-001"), ("length with spaces", b"  17"))),
        row("promises too much", "leaves", "leaves", (*HALF_AN_ANSWER, Close()), **half),
        row("resets in the body", "resets", "resets", (*HALF_AN_ANSWER, Reset()), **half),
        row("closes in the header", "leaves", "leaves", (*ASKED, Send(b"00"), Close())),
        row("closes between two answers", "leaves", "leaves", (*ASKED, Send(FRAME), Close()),
            typed=("NAME", "RAND", "EXIT"), **lena),
        row("greeting is no text", "rubbish", "rubbish", (*MET, Send(NO_TEXT), Goodbye()), typed=("EXIT",),
            setting="no-text"),
        row("no greeting", "silent", "silent", (*MET, given_up)),
        row("half a greeting", "silent", "silent", (*MET, Send(GREET[:20]), given_up)),
        row("no answer", "silent", "silent", (*ASKED, given_up)),
        row("half an answer", "silent", "silent", (*HALF_AN_ANSWER, given_up), **half),
        row("empty answer", "rubbish", "rubbish",
            (*ASKED, Send(b"0000"), Expect(REQUEST_BYTES, THE_EXIT, b"EXIT"), Close()), setting="no-body"),
        row("answer is no text", "rubbish", "rubbish", (*ASKED, Send(b"0004\xff\xfe\xfd\xfc"), Goodbye())),
        row("control characters", "rubbish", "rubbish", (*ASKED, Send(b"0009\x1b[2J\x07lena"), Goodbye()),
            hides="\x1b", **lena),
    ]  # fmt: skip


def families():
    """Return the ids of all shocks against a server, by family, in the order of the table."""
    found = {}
    for shock in server_shocks(CLIENT_TIMEOUT_S):
        found.setdefault(shock.family, []).append(shock.id)
    return found


def family_name(family):
    """What stands before the shocks of a family."""
    return Words(f"shocks.family.{entry_of(family)}")


def shock_named(name, timeout_s=CLIENT_TIMEOUT_S):
    """Return the shock against a server that has this name, which is its id. LabError if there is none."""
    shocks = {shock.id: shock for shock in server_shocks(timeout_s)}
    if name not in shocks:
        raise LabError(Words("shocks.trouble.no-shock", name=repr(name), shocks=list(shocks)))
    return shocks[name]
