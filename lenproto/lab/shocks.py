"""Shocks: peers that misbehave by a script, and what a program of this protocol has to do then.

A script is a list of steps, as data; play() carries it out on a connected socket. A server is
shocked by a scripted client, a client by a scripted server. One table, server_shocks() and
client_shocks(), serves the lessons, the tests, the command line and the checker.
"""

import contextlib
import os
import shlex
import signal
import socket
import struct
import subprocess
import time
from dataclasses import asdict, dataclass, field

from lenproto.answers import ANSWERS
from lenproto.lab.trace import literal
from lenproto.wire import (
    DEFAULT_IP,
    GREETING_BYTES,
    HANDSHAKE,
    HEADER_BYTES,
    REQUEST_BYTES,
    greeting,
)

LIMIT_S = 5.0  # seconds within which what a step expects has to come
FLOOD_S = 120.0  # seconds: nobody floods a program that always reads on for longer
LITTLE_ROOM_BYTES = (
    65536  # for answers that nobody reads; with much less, a system throws segments away
)
MARGIN_S = 1.0  # seconds that a program may take longer than its own time limit
FLOOD_MARGIN_S = 30.0  # the same, when it has a flood to read before it, on a busy computer
CLIENTS = 1000  # that come one after another
SHOWN_BYTES = 60  # of one step, in a report


class NotMet(Exception):
    """What a step expects did not happen: a sentence that says what did."""


@dataclass
class Peer:
    """A connected socket, and how long the other side may take for what comes next; what moved in this step."""

    sock: socket.socket
    limit_s: float = LIMIT_S
    sent: bytes = b""
    received: bytes = b""

    def send(self, data):
        """Send all of it. NotMet where the other side has gone, or does not read."""
        self.sock.settimeout(self.limit_s)
        try:
            self.sock.sendall(data)
        except TimeoutError:
            raise NotMet("the other side does not read what it is sent") from None
        except OSError as error:
            raise NotMet(f"nothing can be sent any more: {type(error).__name__}") from None
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
                many = f"{len(got)} of {n} bytes" if n > 1 or got else "nothing"
                raise NotMet(f"{many} came in time") from None
            except ConnectionError:
                break
            if not piece:
                break
            got += piece
            self.received += piece
        return got


@dataclass(frozen=True)
class Send:
    """Send bytes: all at once, or in pieces of so many bytes, with a pause after each."""

    data: bytes
    piece: int = 0
    pause_s: float = 0.0

    def __str__(self):
        pause = f", {self.pause_s:g} s after each" if self.pause_s else ""
        manner = (
            f", {self.piece} byte{'s' * (self.piece > 1)} at a time{pause}" if self.piece else ""
        )
        return f"send {_shown(self.data)}{manner}"

    def play(self, peer):
        size = self.piece or len(self.data)
        for at in range(0, len(self.data), size):
            peer.send(self.data[at : at + size])
            if self.pause_s:
                time.sleep(self.pause_s)


@dataclass(frozen=True)
class Expect:
    """Expect n bytes; exactly these, where they are given."""

    n: int
    what: str
    exactly: bytes | None = None

    def __str__(self):
        return f"expect {self.what}, {self.n} byte{'s' * (self.n != 1)}"

    def play(self, peer):
        got = peer.receive(self.n)
        if len(got) < self.n:
            raise NotMet(f"the connection ended after {len(got)} of {self.n} bytes of {self.what}")
        if self.exactly is not None and got != self.exactly:
            raise NotMet(f"{_shown(got)} came instead of {_shown(self.exactly)}")


@dataclass(frozen=True)
class ExpectAnswer:
    """Expect a framed answer in UTF-8, of at least one character; with these words in it, where they are given."""

    words: str = ""

    def __str__(self):
        return "expect an answer" + (f" with {self.words!r} in it" if self.words else "")

    def play(self, peer):
        header = peer.receive(HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            raise NotMet(f"the connection ended after {len(header)} of {HEADER_BYTES} header bytes")
        if not header.isdigit():
            raise NotMet(f"{_shown(header)} stands where four digits must say the length")
        body = peer.receive(int(header))
        if len(body) < int(header):
            raise NotMet(f"the connection ended after {len(body)} of {int(header)} bytes of answer")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise NotMet(f"the answer {_shown(body)} is no UTF-8") from None
        if self.words not in text or not text:
            raise NotMet(f"the answer is {text!r}")


@dataclass(frozen=True)
class ExpectEnd:
    """Expect that the other side ends the connection, within a time, and sends nothing more."""

    within_s: float | None = None

    def __str__(self):
        return "expect the end of the connection" + (
            f" within {self.within_s:g} s" if self.within_s else ""
        )

    def play(self, peer):
        try:
            got = peer.receive(1, self.within_s)
        except NotMet:
            raise NotMet(
                f"the connection is still open after {self.within_s or peer.limit_s:g} s"
            ) from None
        if got:
            raise NotMet(f"{_shown(got)} came instead")


@dataclass(frozen=True)
class Goodbye:
    """Expect EXIT, or the end of the connection; then close it."""

    def __str__(self):
        return "expect EXIT, or the end of the connection; then close"

    def play(self, peer):
        got = peer.receive(REQUEST_BYTES)
        if got not in (b"EXIT", b""):
            raise NotMet(f"{_shown(got)} came instead")
        peer.sock.close()


@dataclass(frozen=True)
class Wait:
    """Say nothing for some seconds."""

    seconds: float

    def __str__(self):
        return f"say nothing for {self.seconds:g} s"

    def play(self, peer):
        time.sleep(self.seconds)


@dataclass(frozen=True)
class ShutDown:
    """Say that nothing more will be sent, and still listen."""

    def __str__(self):
        return "send no more, but listen (shutdown)"

    def play(self, peer):
        with contextlib.suppress(OSError):
            peer.sock.shutdown(socket.SHUT_WR)


@dataclass(frozen=True)
class Close:
    """Close the connection."""

    def __str__(self):
        return "close the connection"

    def play(self, peer):
        peer.sock.close()


@dataclass(frozen=True)
class Reset:
    """End the connection with a reset (RST), as a computer does that knows nothing of it any more."""

    def __str__(self):
        return "reset the connection"

    def play(self, peer):
        peer.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if _WINDOWS else "ii", 1, 0)
        )
        peer.sock.close()


@dataclass(frozen=True)
class Flood:
    """Send the same bytes again and again and read nothing, until the other side ends the connection.

    within_s: for how long it may leave the connection open and take nothing more.
    """

    data: bytes
    within_s: float

    def __str__(self):
        return (
            f"send {_shown(self.data)} again and again, and read nothing, until the connection ends "
            f"(within {self.within_s:g} s after no more can be sent)"
        )

    def play(self, peer):
        many = left = self.data * 1000
        peer.sock.settimeout(self.within_s)
        ends = time.monotonic() + FLOOD_S
        while time.monotonic() < ends:
            try:
                left = left[peer.sock.send(left) :] or many
            except TimeoutError:
                raise NotMet(
                    f"the connection is still open {self.within_s:g} s after it took the last bytes"
                ) from None
            except OSError:  # it has gone
                return
        raise NotMet(f"it still takes all that is sent after {FLOOD_S:g} s")


@dataclass
class Played:
    """What became of one step: its number from 1, its words, the bytes of it, when it began and how long it took."""

    number: int
    step: str
    at_s: float
    took_s: float = 0.0
    sent: bytes = b""
    received: bytes = b""
    problem: str = ""  # empty: it was met

    def __str__(self):
        moved = [f"{name} {_shown(data)}" for name, data in (("received", self.received),) if data]
        line = f"{self.number:3}  {self.at_s:7.3f} s  {self.step}" + "".join(
            f": {words}" for words in moved
        )
        return line + (f"\n          ✗ {self.problem}" if self.problem else "")


def play(script, peer, played, began):
    """Carry out the steps of a script on a connected Peer, and note each in played; stop at one that is not met."""
    for step in script:
        note = Played(len(played) + 1, str(step), time.monotonic() - began)
        played.append(note)
        peer.sent = peer.received = b""
        try:
            step.play(peer)
        except NotMet as problem:
            note.problem = str(problem)
            return False
        finally:
            note.took_s = time.monotonic() - began - note.at_s
            note.sent, note.received = peer.sent, peer.received
    return True


@dataclass(frozen=True)
class Shock:
    """A peer that misbehaves: its name, what it does in a sentence, its script; how often it comes.

    literal says what becomes of the course-literal server as long as the client stays: empty if
    that withstands it, too.
    Against a client: typed are the lines at its keyboard, prints is what it has to show, hides what
    it may not; ip is where it is sent, if not to the script. Without a script it is refused.
    """

    name: str
    story: str
    script: tuple
    times: int = 1
    literal: str = ""
    typed: tuple = ("NAME", "EXIT")
    prints: str = ""
    hides: str = ""
    ip: str = DEFAULT_IP


@dataclass
class Outcome:
    """How a program withstood a shock: the steps, what was wrong, empty if it held; and what a client said."""

    shock: Shock
    played: list[Played] = field(default_factory=list)
    problem: str = ""
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
            asdict(note) | {"sent": note.sent.hex(), "received": note.received.hex()}
            for note in self.played
        ]
        return {
            "name": self.shock.name,
            "story": self.shock.story,
            "held": self.held,
            "problem": self.problem,
            "took_s": round(self.took_s, 3),
            "steps": steps,
        }


HI, GREETING, EXIT = Send(HANDSHAKE), Expect(GREETING_BYTES, "the greeting"), Send(b"EXIT")
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
    return [
        Shock("polite", "A client that does all as it should.", POLITE),
        Shock("one byte at a time", "Handshake and requests come byte by byte.",
              (Send(HANDSHAKE, 1, 0.02), GREETING, Send(b"NAME", 1, 0.02), ExpectAnswer(),
               Send(b"EXIT", 1, 0.02), ExpectEnd()), literal=hangs),
        *(Shock(f"cut after byte {n}", "All that a client says, in two segments.",
                (Send(TALK[:n]), Wait(0.02), Send(TALK[n:]), *TWO_ANSWERS), literal="" if n % 4 == 2 else hangs)
          for n in range(1, len(TALK))),
        Shock("two requests at once", "Two requests come in one segment.",
              (*GREETED, Send(b"NAMERAND"), ExpectAnswer(), ExpectAnswer(), *LEAVES)),
        Shock("all at once", "Handshake, requests and EXIT come in one segment, before the greeting.",
              (Send(TALK), *TWO_ANSWERS)),
        Shock("leaves at once", "A client connects and leaves.", (Close(),), literal=dies),
        Shock("leaves after Hi", "A client shakes hands and leaves.", (*GREETED, Close()), literal=dies),
        Shock("leaves in a request", "A client leaves after two of four bytes.",
              (*GREETED, Send(b"NA"), Close()), literal=dies),
        Shock("leaves after an answer", "A client leaves without EXIT.",
              (*ANSWERED, Close()), literal=dies),
        Shock("leaves in a later request", "A client gets an answer, and leaves after two of the next four bytes.",
              (*ANSWERED, Send(b"RA"), Close()), literal=dies),
        Shock("half-closes", "A client says that it will send no more, without EXIT.",
              (*ANSWERED, ShutDown(), ExpectEnd()), literal=hangs),
        Shock("resets at once", "A client connects and resets.", (Reset(),), literal=dies),
        Shock("resets after Hi", "A client shakes hands and resets.", (*GREETED, Reset()), literal=dies),
        Shock("resets in a request", "A client resets after two of four bytes.",
              (*GREETED, Send(b"NA"), Reset()), literal=dies),
        Shock("resets after an answer", "A client gets an answer and resets.", (*ANSWERED, Reset()), literal=dies),
        Shock("resets in a later request", "A client gets an answer, and resets after two of the next four bytes.",
              (*ANSWERED, Send(b"RA"), Reset()), literal=dies),
        Shock("says nothing", "A client connects and says nothing.", (gone,), literal=hangs),
        Shock("says nothing after Hi", "A client shakes hands and falls silent.", (*GREETED, gone), literal=hangs),
        Shock("says half a request", "A client falls silent after two of four bytes.",
              (*GREETED, Send(b"NA"), gone), literal=hangs),
        Shock("says nothing after an answer", "A client gets an answer and falls silent.",
              (*ANSWERED, gone), literal=hangs),
        Shock("says half a later request",
              "A client gets an answer, and falls silent after two of the next four bytes.",
              (*ANSWERED, Send(b"RA"), gone), literal=hangs),
        Shock("drips", "Each byte of a request comes in time, but all four take longer than the limit.",
              (*GREETED, Send(b"N"), Wait(drip), Send(b"A"), Wait(drip), ExpectEnd(MARGIN_S)), literal=hangs),
        Shock("wrong handshake", "A client says Ho.", (Send(b"Ho"), ExpectEnd()), literal=hangs),
        Shock("speaks HTTP", "A web browser calls the port by mistake.",
              (Send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), ExpectEnd()), literal=hangs),
        *(Shock(name, f"A client asks for {literal(request)}.",
                (*GREETED, Send(request), ExpectAnswer(), Send(b"RAND"), ExpectAnswer(), *LEAVES), literal=what)
          for name, request, what in (
              ("lower case", b"time", ""), ("unknown request", b"WHAT", ""), ("spaces", b"    ", ""),
              ("NUL bytes", b"\0\0\0\0", ""), ("binary request", b"\xff\xfe\x80\x00", dies))),
        Shock("never reads", "A client asks again and again, and never reads an answer.",
              (*GREETED, Flood(b"????", timeout_s + flood_margin_s)), literal=hangs),
        Shock(f"{CLIENTS} clients", "Polite clients, one after another.", (*GREETED, *LEAVES), times=CLIENTS),
    ]  # fmt: skip


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
        _visit(address, POLITE, limit_s, outcome.played, began, "the next client connects")
    outcome.took_s = time.monotonic() - began
    wrong = next((note for note in outcome.played if note.problem), None)
    outcome.problem = f"step {wrong.number}, {wrong.step}: {wrong.problem}" if wrong else ""
    return outcome


def _visit(address, script, limit_s, played, began, words):
    """Connect to a server and carry out a script; return whether all was met."""
    note = Played(len(played) + 1, words, time.monotonic() - began)
    played.append(note)
    try:
        sock = connect(address, script, limit_s)
    except OSError as error:
        note.problem = f"no connection: {type(error).__name__}"
        return False
    with sock:
        return play(script, Peer(sock, limit_s), played, began)


GREET = greeting(ANSWERS)
MET = (Expect(len(HANDSHAKE), "the handshake", HANDSHAKE),)
HELLO = (*MET, Send(GREET))
ASKED = (*HELLO, Expect(REQUEST_BYTES, "the request", b"NAME"))
FRAME = b"0004lena"
# RFC 1035 lets a name have 255 octets. This one is refused on the spot: no name server is asked,
# nothing leaves the computer.
NO_SUCH_ADDRESS = "no-such-address." * 16 + "invalid"


def client_shocks(timeout_s):
    """Return the shocks against a client that gives up a silent server after timeout_s seconds."""
    given_up = ExpectEnd(timeout_s + MARGIN_S)
    lena = {"prints": "lena"}
    return [
        Shock("polite", "A server that does all as it should.", (*ASKED, Send(FRAME), Goodbye()), **lena),
        Shock("greeting byte by byte", "The greeting comes one byte at a time.",
              (*MET, Send(GREET, 1, 0.001), *ASKED[2:], Send(FRAME), Goodbye()), **lena),
        Shock("answer byte by byte", "Header and body come one byte at a time.",
              (*ASKED, Send(FRAME, 1, 0.02), Goodbye()), **lena),
        *(Shock(f"answer cut after byte {n}", "Header and body come in two segments.",
                (*ASKED, Send(FRAME[:n]), Wait(0.02), Send(FRAME[n:]), Goodbye()), **lena)
          for n in range(1, len(FRAME))),
        Shock("refuses", "No server listens.", ()),
        Shock("no such address", "The name of the server is longer than a name can be.", (), ip=NO_SUCH_ADDRESS),
        Shock("closes at once", "The server closes without a greeting.", (*MET, Close())),
        Shock("resets at once", "The server resets without a greeting.", (*MET, Reset())),
        Shock("closes in the greeting", "The server closes after 20 of 48 bytes.", (*MET, Send(GREET[:20]), Close())),
        *(Shock(name, f"{literal(header)} stands where four digits must say the length.",
                (*ASKED, Send(header + b"abcdefghijklmnopqrstuvwxyz"), ExpectEnd()))
          for name, header in (
              ("length is no number", b"4x2!"), ("negative length", b"-001"), ("length with spaces", b"  17"))),
        Shock("promises too much", "The header says 10 bytes, three come, and the end.",
              (*ASKED, Send(b"0010abc"), Close())),
        Shock("resets in the body", "The header says 10 bytes, three come, and a reset.",
              (*ASKED, Send(b"0010abc"), Reset())),
        Shock("closes in the header", "Two of four header bytes come, and the end.", (*ASKED, Send(b"00"), Close())),
        Shock("closes between two answers", "The server closes where the next request would come.",
              (*ASKED, Send(FRAME), Close()), typed=("NAME", "RAND", "EXIT"), **lena),
        Shock("no greeting", "The server accepts and says nothing.", (*MET, given_up)),
        Shock("half a greeting", "The server falls silent after 20 of 48 bytes.", (*MET, Send(GREET[:20]), given_up)),
        Shock("no answer", "The server falls silent after a request.", (*ASKED, given_up)),
        Shock("half an answer", "The server falls silent inside a body.", (*ASKED, Send(b"0010abc"), given_up)),
        Shock("empty answer", "An answer of length 0000.", (*ASKED, Send(b"0000"), Goodbye())),
        Shock("answer is no text", "A body that is not UTF-8.", (*ASKED, Send(b"0004\xff\xfe\xfd\xfc"), Goodbye())),
        Shock("control characters", "A body that would move the cursor and ring the bell.",
              (*ASKED, Send(b"0009\x1b[2J\x07lena"), Goodbye()), hides="\x1b", **lena),
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
                    outcome.problem = f"it crashed: {signal.strsignal(-process.returncode)}"
            except (subprocess.TimeoutExpired, OSError) as error:
                process.kill()
                said = process.communicate()[0].decode("utf-8", "replace")
                late = isinstance(error, subprocess.TimeoutExpired)
                outcome.problem = "the program does not end" if late else str(error)
    outcome.took_s, outcome.said = time.monotonic() - began, said
    wrong = next((note for note in outcome.played if note.problem), None)
    if wrong:
        outcome.problem = f"step {wrong.number}, {wrong.step}: {wrong.problem}"
    elif "Traceback" in said or "    at " in said:
        outcome.problem = "it ended with a traceback: " + said.strip().splitlines()[-1]
    elif shock.hides and shock.hides in said:
        outcome.problem = f"it printed {shock.hides!r}"
    elif shock.prints not in said and not outcome.problem:
        outcome.problem = f"it did not print {shock.prints!r}"
    return outcome


def _receive_client(listener, script, limit_s, played, began):
    """Accept the client and carry out a script."""
    note = Played(len(played) + 1, "accept the client", time.monotonic() - began)
    played.append(note)
    try:
        sock, _ = listener.accept()
    except OSError:
        note.problem = "no client came in time"
        return
    with sock:
        play(script, Peer(sock, limit_s), played, began)


_WINDOWS = os.name == "nt"


def _shown(data):
    if len(data) <= SHOWN_BYTES:
        return literal(data)
    return f"{literal(data[:SHOWN_BYTES])} … ({len(data)} bytes)"
