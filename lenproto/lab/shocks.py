"""Shocks: peers that misbehave by a script, and what a program of this protocol has to do then.

A script is a list of steps, as data; play() carries it out on a connected socket. A server is
shocked by a scripted client, a client by a scripted server. One table, server_shocks() and
client_shocks(), serves the lessons, the tests, the command line and the checker. What is said of
a row, and of a step, stands in words/*/shocks.toml.
"""

import contextlib
import functools
import os
import shlex
import signal
import socket
import struct
import subprocess
import time
from dataclasses import asdict, dataclass, field

from lenproto.answers import ANSWERS
from lenproto.lab.call import literal
from lenproto.wire import (
    DEFAULT_IP,
    GREETING_BYTES,
    HANDSHAKE,
    HEADER_BYTES,
    REQUEST_BYTES,
    greeting,
)
from lenproto.words import Words

LIMIT_S = 5.0  # seconds within which what a step expects has to come
FLOOD_S = 120.0  # seconds: nobody floods a program that always reads on for longer,
FLOOD_BYTES = 16 << 20  # once it has taken so much: on a busy computer it may be slow
LITTLE_ROOM_BYTES = (
    65536  # for answers that nobody reads; with much less, a system throws segments away
)
MARGIN_S = 1.0  # seconds that a program may take longer than its own time limit
FLOOD_MARGIN_S = 30.0  # the same, when it has a flood to read before it, on a busy computer
CLIENTS = 1000  # that come one after another
SHOWN_BYTES = 60  # of one step, in a report
OTHERS = "others"  # the family of a shock that is in none


class NotMet(Exception):
    """What a step expects did not happen: the words that say what did."""

    @property
    def words(self):
        return self.args[0]


def _not_met(key, **values):
    return NotMet(Words(f"shocks.problem.{key}", **values))


@dataclass
class Peer:
    """A connected socket, and how long the other side may take for what comes next; what moved in this step."""

    sock: socket.socket
    limit_s: float = LIMIT_S
    sent: bytes = b""
    received: bytes = b""
    by_the_clock = True  # how long it waited is worth telling

    def send(self, data):
        """Send all of it. NotMet where the other side has gone, or does not read."""
        self.sock.settimeout(self.limit_s)
        try:
            self.sock.sendall(data)
        except TimeoutError:
            raise _not_met("not-read") from None
        except OSError as error:
            raise _not_met("cannot-send", error=type(error).__name__) from None
        self.sent += data

    def receive(self, n, limit_s=None):
        """Receive n bytes; fewer at the end of the stream or at a reset. NotMet where they do not come in time."""
        ends = time.monotonic() + (self.limit_s if limit_s is None else limit_s)
        got = b""
        while len(got) < n:
            left = ends - time.monotonic()
            try:
                if left <= 0:
                    raise TimeoutError
                self.sock.settimeout(left)
                piece = self.sock.recv(n - len(got))
            except TimeoutError:
                some = n > 1 or got
                raise _not_met("late" if some else "nothing-came", got=len(got), n=n) from None
            except ConnectionError:
                break
            if not piece:
                break
            got += piece
            self.received += piece
        return got


class Step:
    """A step of a script. play(peer) carries it out; words say what it is, and so does str()."""

    @property
    def words(self):
        """What the step does, in words: those of its kind."""
        return Words(f"shocks.step.{self.key}")

    def __str__(self):
        return str(self.words)


@dataclass(frozen=True)
class Send(Step):
    """Send bytes: all at once, or in pieces of so many bytes, with a pause after each."""

    data: bytes
    piece: int = 0
    pause_s: float = 0.0

    @property
    def words(self):
        data = _shown(self.data)
        if not self.piece:
            return Words("shocks.step.send", data=data)
        piece = _bytes(self.piece)
        if not self.pause_s:
            return Words("shocks.step.send-in-pieces", data=data, piece=piece)
        seconds = f"{self.pause_s:g}"
        return Words("shocks.step.send-slowly", data=data, piece=piece, seconds=seconds)

    def play(self, peer):
        size = self.piece or len(self.data)
        for at in range(0, len(self.data), size):
            peer.send(self.data[at : at + size])
            if self.pause_s:
                time.sleep(self.pause_s)


@dataclass(frozen=True)
class Expect(Step):
    """Expect n bytes; exactly these, where they are given."""

    n: int
    what: Words | str
    exactly: bytes | None = None

    @property
    def words(self):
        return Words("shocks.step.expect", what=self.what, bytes=_bytes(self.n))

    def play(self, peer):
        got = peer.receive(self.n)
        if len(got) < self.n:
            raise _not_met("ended", got=len(got), n=self.n, what=self.what)
        if self.exactly is not None and got != self.exactly:
            raise _not_met("instead-of", got=_shown(got), due=_shown(self.exactly))


@dataclass(frozen=True)
class ExpectAnswer(Step):
    """Expect a framed answer in UTF-8, of at least one character; with this text in it, where it is given."""

    text: str = ""

    @property
    def words(self):
        if not self.text:
            return Words("shocks.step.expect-answer")
        return Words("shocks.step.expect-answer-with", text=repr(self.text))

    def play(self, peer):
        header = peer.receive(HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            raise _not_met("ended-in-header", got=len(header), n=HEADER_BYTES)
        if not header.isdigit():
            raise _not_met("no-length", header=_shown(header))
        body = peer.receive(int(header))
        if len(body) < int(header):
            raise _not_met("ended-in-answer", got=len(body), n=int(header))
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise _not_met("no-utf-8", body=_shown(body)) from None
        if self.text not in text or not text:
            raise _not_met("other-answer", answer=repr(text))


@dataclass(frozen=True)
class ExpectEnd(Step):
    """Expect that the other side ends the connection, within a time, and sends nothing more."""

    within_s: float | None = None

    @property
    def words(self):
        if not self.within_s:
            return Words("shocks.step.expect-end")
        return Words("shocks.step.expect-end-within", seconds=f"{self.within_s:g}")

    def play(self, peer):
        try:
            got = peer.receive(1, self.within_s)
        except NotMet:
            seconds = f"{self.within_s or peer.limit_s:g}"
            key = "still-open-after" if peer.by_the_clock else "still-open"
            raise _not_met(key, seconds=seconds) from None
        if got:
            raise _not_met("instead", got=_shown(got))


@dataclass(frozen=True)
class Goodbye(Step):
    """Expect EXIT, or the end of the connection; then close it."""

    key = "goodbye"

    def play(self, peer):
        got = peer.receive(REQUEST_BYTES)
        if got not in (b"EXIT", b""):
            raise _not_met("instead", got=_shown(got))
        peer.sock.close()


@dataclass(frozen=True)
class Wait(Step):
    """Say nothing for some seconds."""

    seconds: float

    @property
    def words(self):
        return Words("shocks.step.wait", seconds=f"{self.seconds:g}")

    def play(self, peer):
        time.sleep(self.seconds)


@dataclass(frozen=True)
class ShutDown(Step):
    """Say that nothing more will be sent, and still listen."""

    key = "shut-down"

    def play(self, peer):
        with contextlib.suppress(OSError):
            peer.sock.shutdown(socket.SHUT_WR)


@dataclass(frozen=True)
class Close(Step):
    """Close the connection."""

    key = "close"

    def play(self, peer):
        peer.sock.close()


@dataclass(frozen=True)
class Reset(Step):
    """End the connection with a reset (RST), as a computer does that knows nothing of it any more."""

    key = "reset"

    def play(self, peer):
        peer.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if _WINDOWS else "ii", 1, 0)
        )
        peer.sock.close()


@dataclass(frozen=True)
class Flood(Step):
    """Send the same bytes again and again and read nothing, until the other side ends the connection.

    within_s: for how long it may leave the connection open and take nothing more.
    """

    data: bytes
    within_s: float

    @property
    def words(self):
        return Words("shocks.step.flood", data=_shown(self.data), seconds=f"{self.within_s:g}")

    def play(self, peer):
        many = left = self.data * 1000
        peer.sock.settimeout(self.within_s)
        taken, ends = 0, time.monotonic() + FLOOD_S
        while taken < FLOOD_BYTES or time.monotonic() < ends:
            try:
                sent = peer.sock.send(left)
                taken, left = taken + sent, left[sent:] or many
            except TimeoutError:
                raise _not_met("flooded-open", seconds=f"{self.within_s:g}") from None
            except OSError:  # it has gone
                return
        raise _not_met("flooded-on", seconds=f"{FLOOD_S:g}")


@dataclass
class Played:
    """What became of one step: its number from 1, its words, the bytes of it, when it began and how long it took."""

    number: int
    step: Words
    at_s: float
    took_s: float = 0.0
    sent: bytes = b""
    received: bytes = b""
    problem: Words | str = ""  # empty: it was met

    def __str__(self):
        what = self.step
        if self.received:
            what = Words("shocks.step.received", step=self.step, data=_shown(self.received))
        line = f"{self.number:3}  {self.at_s:7.3f} s  {what}"
        return line + (f"\n          ✗ {self.problem}" if self.problem else "")


def play(script, peer, played, began):
    """Carry out the steps of a script on a connected Peer, and note each in played; stop at one that is not met."""
    for step in script:
        note = Played(len(played) + 1, step.words, time.monotonic() - began)
        played.append(note)
        peer.sent = peer.received = b""
        try:
            step.play(peer)
        except NotMet as problem:
            note.problem = problem.words
            return False
        finally:
            note.took_s = time.monotonic() - began - note.at_s
            note.sent, note.received = peer.sent, peer.received
    return True


@dataclass(frozen=True)
class Shock:
    """A peer that misbehaves: its id, what it does in a sentence, its script; how often it comes.

    family is the row of buttons in which it stands. manner says what sort of peer it is: "polite",
    "cut" (what it says comes in other pieces than it is meant), "leaves", "resets", "silent",
    "refuses" or "rubbish"; setting, what else there is to know: "flood", or "bad-length".
    after: after which byte what it says is cut in two, 0 if nowhere by a number.
    literal says what becomes of the course-literal server as long as the client stays: empty if
    that withstands it, too.
    Against a client: typed are the lines at its keyboard, prints is what it has to show, hides what
    it may not; ip is where it is sent, if not to the script. Without a script it is refused.
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


@dataclass
class Outcome:
    """How a program withstood a shock: the steps, what was wrong, empty if it held; and what a client said."""

    shock: Shock
    played: list[Played] = field(default_factory=list)
    problem: Words | str = ""
    took_s: float = 0.0
    said: str = ""

    @property
    def held(self):
        return not self.problem

    def __str__(self):
        return "\n".join(map(str, self.played))

    def as_json(self):
        """Return it in JSON's terms; bytes in hexadecimal."""
        steps = [
            asdict(note)
            | {"step": str(note.step), "problem": str(note.problem)}
            | {"sent": note.sent.hex(), "received": note.received.hex()}
            for note in self.played
        ]
        return {
            "name": self.shock.id,
            "story": str(self.shock.story),
            "held": self.held,
            "problem": str(self.problem),
            "took_s": round(self.took_s, 3),
            "steps": steps,
        }


THE_HANDSHAKE, THE_GREETING = Words("shocks.part.handshake"), Words("shocks.part.greeting")
THE_REQUEST, THE_EXIT = Words("shocks.part.request"), Words("shocks.part.exit")
HI, GREETING, EXIT = Send(HANDSHAKE), Expect(GREETING_BYTES, THE_GREETING), Send(b"EXIT")
GREETED = (HI, GREETING)
ANSWERED = (*GREETED, Send(b"NAME"), ExpectAnswer())
LEAVES = (EXIT, ExpectEnd())
POLITE = (*GREETED, Send(b"RAND"), ExpectAnswer(), *LEAVES)
TALK = b"HiNAMERANDEXIT"  # all that a client says in a short conversation
TWO_ANSWERS = (GREETING, ExpectAnswer(), ExpectAnswer(), ExpectEnd())


def server_shocks(timeout_s, flood_margin_s=FLOOD_MARGIN_S):
    """Return the shocks against a server that drops a silent client after timeout_s seconds.

    flood_margin_s: how many seconds longer one may take that has a flood to read before it.
    """
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


def needs_the_clock(script, timeout_s):
    """Whether a script takes most of a time limit, but never the whole of it at once."""
    return any(isinstance(step, Wait) and step.seconds > timeout_s / 2 for step in script)


def floods(script):
    """Whether a script sends without end and never reads."""
    return any(isinstance(step, Flood) for step in script)


def connect(address, script, limit_s):
    """Return a socket connected with a server. Whoever will never read has little room for what comes.

    Else a system makes that room larger and larger, and how long it takes until it is full depends on the computer.
    """
    sock = socket.create_connection(address, limit_s)
    if floods(script):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE_ROOM_BYTES)
    return sock


def shock_server(address, shock, limit_s=LIMIT_S):
    """Give a server at an address one shock, then look whether the next client is served; return the Outcome."""
    began, outcome = time.monotonic(), Outcome(shock)
    for _ in range(shock.times):
        if shock.times > 1:
            outcome.played.clear()  # of many that are alike, the last one tells
        if not _visit(address, shock.script, limit_s, outcome.played, began, "connect"):
            break
    else:
        _visit(address, POLITE, limit_s, outcome.played, began, "next-connects")
    outcome.took_s = time.monotonic() - began
    wrong = next((note for note in outcome.played if note.problem), None)
    outcome.problem = _wrong(wrong) if wrong else ""
    return outcome


def _wrong(note):
    """What went wrong in a step."""
    return Words("shocks.outcome.step", n=note.number, step=note.step, problem=note.problem)


def _visit(address, script, limit_s, played, began, key):
    """Connect to a server and carry out a script; return whether all was met."""
    note = Played(len(played) + 1, Words(f"shocks.step.{key}"), time.monotonic() - began)
    played.append(note)
    try:
        sock = connect(address, script, limit_s)
    except OSError as error:
        note.problem = Words("shocks.problem.no-connection", error=type(error).__name__)
        return False
    with sock:
        return play(script, Peer(sock, limit_s), played, began)


GREET = greeting(ANSWERS)
MET = (Expect(len(HANDSHAKE), THE_HANDSHAKE, HANDSHAKE),)
HELLO = (*MET, Send(GREET))
ASKED = (*HELLO, Expect(REQUEST_BYTES, THE_REQUEST, b"NAME"))
FRAME = b"0004lena"
# RFC 1035 lets a name have 255 octets. This one is refused on the spot: no name server is asked,
# nothing leaves the computer.
NO_SUCH_ADDRESS = "no-such-address." * 16 + "invalid"


def client_shocks(timeout_s):
    """Return the shocks against a client that gives up a silent server after timeout_s seconds."""
    given_up = ExpectEnd(timeout_s + MARGIN_S)
    lena = {"prints": "lena"}
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
        row("promises too much", "leaves", "leaves", (*ASKED, Send(b"0010abc"), Close())),
        row("resets in the body", "resets", "resets", (*ASKED, Send(b"0010abc"), Reset())),
        row("closes in the header", "leaves", "leaves", (*ASKED, Send(b"00"), Close())),
        row("closes between two answers", "leaves", "leaves", (*ASKED, Send(FRAME), Close()),
            typed=("NAME", "RAND", "EXIT"), **lena),
        row("no greeting", "silent", "silent", (*MET, given_up)),
        row("half a greeting", "silent", "silent", (*MET, Send(GREET[:20]), given_up)),
        row("no answer", "silent", "silent", (*ASKED, given_up)),
        row("half an answer", "silent", "silent", (*ASKED, Send(b"0010abc"), given_up)),
        row("empty answer", "rubbish", "rubbish", (*ASKED, Send(b"0000"), Goodbye())),
        row("answer is no text", "rubbish", "rubbish", (*ASKED, Send(b"0004\xff\xfe\xfd\xfc"), Goodbye())),
        row("control characters", "rubbish", "rubbish", (*ASKED, Send(b"0009\x1b[2J\x07lena"), Goodbye()),
            hides="\x1b", **lena),
    ]  # fmt: skip


def shock_client(command, shock, timeout_s, limit_s=LIMIT_S):
    """Start a client program, with {ip} and {port} filled in, against a scripted server; return the Outcome.

    It holds if the script is met, and the program then ends in time, has printed what it should,
    and no traceback. What it prints is read as UTF-8.
    """
    began, outcome = time.monotonic(), Outcome(shock)
    with socket.socket() as listener:
        listener.bind((DEFAULT_IP, 0))
        if shock.script:  # else the port is held, and refuses
            listener.listen()
        listener.settimeout(limit_s)
        port = listener.getsockname()[1]
        words = [
            word.format(ip=shock.ip, port=port) for word in shlex.split(command, posix=not _WINDOWS)
        ]
        with subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUTF8": "1"},
        ) as process:
            try:
                with contextlib.suppress(BrokenPipeError):
                    # one that reads nothing may have ended already
                    process.stdin.write("".join(f"{line}\n" for line in shock.typed).encode())
                    process.stdin.flush()
                if shock.script:
                    _receive_client(listener, shock.script, limit_s, outcome.played, began)
                said = process.communicate(timeout=timeout_s + limit_s)[0].decode(
                    "utf-8", "replace"
                )
                if process.returncode < 0:
                    crash = signal.strsignal(-process.returncode)
                    outcome.problem = Words("shocks.outcome.crashed", signal=crash)
            except (subprocess.TimeoutExpired, OSError) as error:
                process.kill()
                said = process.communicate()[0].decode("utf-8", "replace")
                late = isinstance(error, subprocess.TimeoutExpired)
                outcome.problem = Words("shocks.outcome.does-not-end") if late else str(error)
    outcome.took_s, outcome.said = time.monotonic() - began, said
    wrong = next((note for note in outcome.played if note.problem), None)
    if wrong:
        outcome.problem = _wrong(wrong)
    elif "Traceback" in said or "    at " in said:
        last = said.strip().splitlines()[-1]
        outcome.problem = Words("shocks.outcome.traceback", error=last)
    elif shock.hides and shock.hides in said:
        outcome.problem = Words("shocks.outcome.printed", text=repr(shock.hides))
    elif shock.prints not in said and not outcome.problem:
        outcome.problem = Words("shocks.outcome.not-printed", text=repr(shock.prints))
    return outcome


def _receive_client(listener, script, limit_s, played, began):
    """Accept the client and carry out a script."""
    note = Played(len(played) + 1, Words("shocks.step.accept"), time.monotonic() - began)
    played.append(note)
    try:
        sock, _ = listener.accept()
    except OSError:
        note.problem = Words("shocks.problem.no-client")
        return
    with sock:
        play(script, Peer(sock, limit_s), played, began)


_WINDOWS = os.name == "nt"


def _bytes(n):
    return Words("shocks.count.byte", n=n)


def _shown(data):
    if len(data) <= SHOWN_BYTES:
        return literal(data)
    return Words("shocks.shown", data=literal(data[:SHOWN_BYTES]), bytes=_bytes(len(data)))
