"""Plays a shock over TCP, by the real clock: against a server at an address, or a client that is started for it."""

import contextlib
import os
import socket
import subprocess
import threading
import time
from dataclasses import asdict, dataclass, field

from lenproto.lab import process_group, shell
from lenproto.lab.shocks.script import LIMIT_S, NotMet, Peer, floods, shown
from lenproto.lab.shocks.table import POLITE, Shock
from lenproto.wire import DEFAULT_IP
from lenproto.words import Words

SAID_BYTES = 1_000_000  # that a program may print in one shock
CHUNK_BYTES = 65536  # that are read of it at once
REST_S = 1.0  # seconds for the rest of what it printed, when it has ended
LITTLE_ROOM_BYTES = (
    65536  # for answers that nobody reads; with much less, a system throws segments away
)


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
            what = Words("shocks.step.received", step=self.step, data=shown(self.received))
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
        _visit(
            address, shock.framing.script(POLITE), limit_s, outcome.played, began, "next-connects"
        )
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


def shock_client(command, shock, timeout_s, limit_s=LIMIT_S):
    """Start a client program, with {ip} and {port} filled in, against a scripted server; return the Outcome.

    It holds if the script is met, and the program then ends in time, has printed what it should,
    and no traceback. What it prints is read as UTF-8, the first SAID_BYTES of it. What the program has started
    in its process group is ended with it.
    """
    began, outcome = time.monotonic(), Outcome(shock)
    with socket.socket() as listener:
        listener.bind((DEFAULT_IP, 0))
        if shock.script:  # else the port is held, and refuses
            listener.listen()
        listener.settimeout(limit_s)
        port = listener.getsockname()[1]
        words = [word.format(ip=shock.ip, port=port) for word in shell.split(command)]
        with _started(words) as (process, said):
            try:
                with contextlib.suppress(OSError):
                    # one that reads nothing may have ended already; on Windows that is no broken pipe
                    process.stdin.write("".join(f"{line}\n" for line in shock.typed).encode())
                    process.stdin.flush()
                if shock.script:
                    _receive_client(listener, shock.script, limit_s, outcome.played, began)
                _close(process.stdin)
                process.wait(timeout_s + limit_s)
                if (crash := process_group.crash(process.returncode)) and not said.too_much:
                    outcome.problem = Words("shocks.outcome.crashed", signal=crash)
            except subprocess.TimeoutExpired:
                outcome.problem = Words("shocks.outcome.does-not-end")
            except OSError as error:
                outcome.problem = str(error)
    outcome.took_s, outcome.said = time.monotonic() - began, said.text
    outcome.problem = _wrong_of_a_client(outcome, said.too_much)
    return outcome


def _wrong_of_a_client(outcome, too_much):
    """What went wrong with a client program: "" where it held."""
    shock, said = outcome.shock, outcome.said
    if too_much:
        return Words("shocks.outcome.prints-on", bytes=f"{SAID_BYTES:,}")
    wrong = next((note for note in outcome.played if note.problem), None)
    if wrong:
        return _wrong(wrong)
    if "Traceback" in said or "    at " in said:
        return Words("shocks.outcome.traceback", error=said.strip().splitlines()[-1])
    if shock.hides and shock.hides in said:
        return Words("shocks.outcome.printed", text=repr(shock.hides))
    if shock.prints not in said and not outcome.problem:
        return Words("shocks.outcome.not-printed", text=repr(shock.prints))
    return outcome.problem


class _Said:
    """What a program prints, up to SAID_BYTES: one that prints more is ended."""

    def __init__(self, process):
        self.too_much = False
        self._bytes = b""
        self._process = process
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self):
        return self._bytes.decode("utf-8", "replace")

    def finish(self):
        """Wait for the rest, and close. Who left the program's group and holds its output open is not waited for."""
        self._reader.join(REST_S)
        if not self._reader.is_alive():
            self._process.stdout.close()

    def _read(self):
        with contextlib.suppress(OSError, ValueError):
            while piece := self._process.stdout.read1(CHUNK_BYTES):
                self.too_much = self.too_much or len(self._bytes) + len(piece) > SAID_BYTES
                self._bytes = (self._bytes + piece)[:SAID_BYTES]
                if self.too_much:
                    self._process.kill()
                    return


@contextlib.contextmanager
def _started(words):
    """Start a program in a group of its own; yield it and what it has _Said. In the end, all of the group is ended."""
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUTF8": "1"},
        **process_group.APART,
    )
    said = _Said(process)
    try:
        yield process, said
    finally:
        process_group.end(process)
        said.finish()
        _close(process.stdin)


def _close(pipe):
    with contextlib.suppress(OSError):  # what it did not read of it
        pipe.close()


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
