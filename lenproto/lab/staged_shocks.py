"""Shocks on the stage: a server is given a misbehaving client, then a polite one, and it is said what became of it.

program(shock) makes a client of a shock's script, which can stand on a Stage; give(shock, server)
plays it there, and returns what was Seen: held or not, in which call, on which line. Time stands
still on a stage, so a server that hangs is found out at once. What needs the clock, or more bytes
than anybody could look at, is given for real.
"""

import contextlib
import functools
import inspect
import linecache
import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import NamedTuple

from lenproto.answers import ANSWERS
from lenproto.lab.call import RECEIVING, SENDING, Where, literal
from lenproto.lab.notes import Source, source_of
from lenproto.lab.program import LabError, Program
from lenproto.lab.shocks import (
    LIMIT_S,
    LITTLE_ROOM_BYTES,
    POLITE,
    Close,
    Expect,
    ExpectAnswer,
    ExpectEnd,
    NotMet,
    Peer,
    Reset,
    Send,
    Shock,
    ShutDown,
    Wait,
    connect,
    entry_of,
    floods,
    needs_the_clock,
    play,
    server_shocks,
    told,
)
from lenproto.lab.stage import Stage, call_at
from lenproto.lab.tap import READING
from lenproto.lab.trace import Trace
from lenproto.server import CLIENT_TIMEOUT_S
from lenproto.wire import DEFAULT_IP
from lenproto.words import Words, say

STEADY_ANSWERS = ANSWERS | {
    "TIME": lambda: "2026-11-22 10:00:00",
    "NAME": lambda: "lena",
    "RAND": lambda: "7",
}
REAL_LIMIT_S = 0.5  # the time limit of a server that is shocked for real
STUCK_S = 0.4  # for so long a call has to make no headway until it is said to hang
READ_ON_BYTES = 1000  # at a time, where the end was due and something else comes
STEPS = 400  # a conversation on the stage takes no more
ENDS = 3  # a server that reads the end of the stream so often in a row will read it for ever
SHOWN_BYTES = 14  # of a call, in a conversation
HOLDS, DIES, HANGS, ERRS = "holds", "dies", "hangs", "goes wrong"  # its label: see Seen
NEXT = "next"  # whose a line of a conversation is: a client that came after
ENDED = Words("shocks.seen.ended")


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


# ---- a shock as a program ----


class StagedPeer(Peer):
    """What a shock's program does at its socket: the steps of a script, without any time limit."""

    def __init__(self, ip, port):
        super().__init__(socket.socket())
        try:
            self.sock.connect((ip, port))
        except BaseException:
            self.sock.close()
            raise

    def send(self, data, piece=0):
        """Send all of it; in pieces of so many bytes, where that is said."""
        size = piece or len(data)
        for at in range(0, len(data), size):
            self.sock.send(data[at : at + size])

    def receive(self, n, limit_s=None, *, whole=True):
        """Receive n bytes, or (whole=False) what comes first; fewer where the connection ends."""
        got = b""
        with contextlib.suppress(ConnectionError):
            while len(got) < n and (piece := self.sock.recv(n - len(got))):
                got += piece
                if not whole:
                    break
        return got

    def expect(self, n, what):
        """Receive n bytes. NotMet if the stream ends before."""
        self._play(Expect(n, what))

    def expect_answer(self, text=""):
        """Receive a framed answer, with this text in it. NotMet if it is none."""
        self._play(ExpectAnswer(text))

    def expect_end(self):
        """Read until the other side ends the connection, however long. NotMet if bytes come first."""
        got = piece = self.receive(1)
        while piece:
            got += (piece := self.receive(READ_ON_BYTES, whole=False))
        if got:
            self.sock.close()
            raise NotMet(Words("shocks.problem.instead-of-end", got=_shown(got)))

    def wait(self, seconds):
        """Say nothing for some seconds. On a stage time stands still: there it is only said."""

    def shut_down(self):
        """Say that nothing more will be sent, and still listen."""
        self._play(ShutDown())

    def close(self):
        """Close the connection."""
        self._play(Close())

    def reset(self):
        """End the connection with a reset (RST)."""
        self._play(Reset())

    def _play(self, step):
        try:
            step.play(self)
        except NotMet:
            self.sock.close()
            raise


LINES = {  # how a step reads as a line of a program
    Expect: lambda step: f'peer.expect({step.n}, "{step.what}")',
    ExpectAnswer: lambda step: f"peer.expect_answer({repr(step.text) if step.text else ''})",
    ExpectEnd: lambda step: "peer.expect_end()",
    Send: lambda step: (
        f"peer.send({literal(step.data)}{f', piece={step.piece}' * bool(step.piece)})"
    ),
    Wait: lambda step: f"peer.wait({step.seconds:g})",
    ShutDown: lambda step: "peer.shut_down()",
    Close: lambda step: "peer.close()",
    Reset: lambda step: "peer.reset()",
}


def program(shock):
    """Return a shock (or the one of this name) as a client f(ip, port), a line of source for each of its steps.

    LabError where a stage is no place for it: it floods, or comes a thousand times.
    """
    shock = shock_named(shock) if isinstance(shock, str) else shock
    if not isinstance(shock.script, (tuple, list)):
        raise LabError(Words("shocks.trouble.no-list", name=repr(shock.id)))
    if not _fits_a_stage(shock):
        raise LabError(Words("shocks.trouble.too-much", name=repr(shock.id)))
    name = re.sub(r"\W", "_", shock.id)
    steps = [LINES[type(step)](step) for step in shock.script]
    if not isinstance(shock.script[-1], (Close, Reset)):
        steps.append("peer.close()")
    body = [f'"""{shock.story}"""', "peer = connect(ip, port)", *steps]
    source = "\n    ".join([f"def {name}(ip, port):", *body]) + "\n"
    file = f"<shock: {shock.id}>"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    names = {"connect": StagedPeer, "__name__": __name__}
    exec(compile(source, file, "exec"), names)
    return names[name]


def _fits_a_stage(shock):
    return shock.times == 1 and all(type(step) in LINES for step in shock.script)


# ---- what became of a server ----


@dataclass
class Seen:
    """What became of a server that was given a shock, and then a polite client.

    verdict is "holds"; "dies": it raised, or ended; "hangs": it can never go on; "goes wrong": it
    lives, but did not do as it should. label is that as it is shown, told all of it in words. where
    and source tell the place: where it died or hangs, or where the shock met it. trace is the
    conversation; None where it was given for real.
    """

    shock: Shock
    verdict: str
    told: Words
    where: Where | None = None
    source: Source | None = None
    trace: Trace | None = None

    @property
    def sentence(self):
        """What became of it, in a sentence that begins with the label."""
        return str(self.told)

    @property
    def label(self):
        """The verdict, as it is shown."""
        return say(f"shocks.verdict.{entry_of(self.verdict)}")

    @property
    def held(self):
        """Whether the server withstood the shock: did what it should, and served the next client."""
        return self.verdict == HOLDS

    @property
    def line(self):
        """The number of the line, as its file or cell counts."""
        return self.where and self.where.line

    @property
    def function(self):
        """The name of the function in which that line stands."""
        return self.where and self.where.function

    @property
    def mark(self):
        """✓ or ✗."""
        return "✓" if self.held else "✗"

    @property
    def brief(self):
        """Mark and verdict, and the line on which the server died or hangs."""
        marked = f"{self.mark} {self.label}"
        return f"{marked}, {self.place}" if self.place else marked

    @property
    def place(self):
        """The line on which the server died or hangs, in words; "" if it did not."""
        ended_there = self.where and self.verdict in (DIES, HANGS)
        if not ended_there:
            return ""
        return say("shocks.seen.place", line=self.line, function=self.function)

    def conversation(self):
        """Return the lines of the conversation with the misbehaving client: who, what, and the server's line."""
        return [line.text for line in self.talk()]

    def talk(self):
        """Return the same as Lines."""
        if self.trace is None:
            return [Line("", say("shocks.talk.for-real"))]
        return _conversation(self.trace)

    def __str__(self):
        return f"{self.mark} {self.sentence}"

    __repr__ = __str__


class Line(NamedTuple):
    """A line of a conversation: whose it is, "client" or "server", or NEXT for a client that comes after; its text."""

    kind: str
    text: str


def give(shock, server):
    """Give server(ip, port) a shock (or the one of this name), then a polite client; return what was Seen.

    A server that takes answers=, a table, gets steady ones; with timeout_s=, a time limit, that is
    set where a shock is given for real. Returns in any case, and leaves nothing open.
    """
    shock = shock_named(shock) if isinstance(shock, str) else shock
    if isinstance(shock.script, (tuple, list)) and not _fits_a_stage(shock):
        return _for_real(_short(shock), server)
    seen = _on_stage(shock, server)
    if (
        seen.held
        and needs_the_clock(shock.script, CLIENT_TIMEOUT_S)
        and "timeout_s" in _parameters(server)
    ):
        by_the_clock = _for_real(_short(shock), server)
        if not by_the_clock.held:
            return by_the_clock
    return seen


class _Clients:
    """The two clients that come one after another, as one program of the stage; what they found wrong."""

    def __init__(self, shock):
        self._programs = (
            program(shock),
            program(Shock("the next client", script=POLITE, **told("shocks.next-client"))),
        )
        self.problems = []

    def __call__(self, ip, port):
        for come in self._programs:
            try:
                come(ip, port)
            except (NotMet, OSError) as error:
                problem = error.words if isinstance(error, NotMet) else type(error).__name__
                if come is not self._programs[0]:
                    problem = Words("shocks.problem.next-not-served", problem=problem)
                self.problems.append(problem)


def _on_stage(shock, server):
    clients = _Clients(shock)
    stage = Stage(clients, _with(server, answers=STEADY_ANSWERS)).start()
    try:
        timed_out, spins = _play(stage)
        position = stage.position("server")
        where = spins.where if spins and position.state != "failed" else position.where
        verdict, words = _became(stage, clients.problems, timed_out, spins)
        if verdict in (HOLDS, ERRS):
            where = _met(stage.trace)
        return Seen(shock, verdict, words, where, _source(where), stage.trace)
    finally:
        with contextlib.suppress(LabError):  # it does not end: what was seen is told all the same
            stage.close()


def _became(stage, problems, timed_out, spins):
    """What became of the server: the verdict, and all of it in words."""
    server, client = stage.position("server"), stage.position("client")
    if isinstance(stage.result("server"), BaseException):
        return DIES, _dies(server.failure)
    if server.state == "failed":
        return HANGS, Words("shocks.seen.hangs", why=server.why)
    if spins:
        return HANGS, Words("shocks.seen.spins", call=call_at(spins), result=_gives(spins))
    if server.state == "finished":
        return DIES, ENDED
    if server.state == "blocked" and server.name != "accept":
        key = "hangs-in-after" if _answered_too_much(stage) else "hangs-in"
        line, function, why = server.line, server.function, _why(server.name)
        call = Words("stage.at.call", call=server.call, line=line, function=function)
        return HANGS, Words(f"shocks.seen.{key}", call=call, why=why)
    if client.state != "finished":
        return ERRS, Words("shocks.seen.not-closed")
    if problems:
        return ERRS, Words("shocks.seen.goes-wrong", problem=problems[0])
    return HOLDS, _what_it_did(stage.trace, timed_out)


def _gives(call):
    """What a call gives each time, in short."""
    if call.at_end_of_stream:
        return 'b""'
    if isinstance(call.result, tuple):
        return Words("stage.outcome.client", address=f'"{call.result[0]}"')
    return call.outcome()


def _play(stage):
    """Play to the end: the server first, so that what is sent arrives piece by piece, then the client.

    Where both wait, the server's time limit runs out. Returns whether one did, and the call with
    which the server goes round for ever; None if it does not.
    """
    timed_out = False
    for _ in range(STEPS):
        server, client = stage.position("server"), stage.position("client")
        if server.state == "about to":
            stage.step("server")
            if spins := _spins(stage.trace):
                return timed_out, spins
        elif server.state == "failed" and stage.result("server") is None:
            # it makes no call any more
            break
        elif client.state == "about to":
            stage.step("client")
        elif server.limit_s is not None and server.name != "accept":
            stage.time_out("server")
            timed_out = True
        else:
            break
    else:
        return timed_out, next(call for call in reversed(stage.trace) if call.actor == "server")
    return timed_out, None


def _spins(trace):
    """The call with which the server reads the end of a stream again and again; None if it does not."""
    ends = [call for call in trace if call.actor == "server" and call.at_end_of_stream]
    last = ends[-1] if ends else None
    alike = [
        call for call in ends if call.connection == last.connection and call.where == last.where
    ]
    return last if len(alike) >= ENDS else None


def _answered_too_much(stage):
    """Whether something came where the client expected the end: it reads on, and still waits for the end."""
    return stage.position("client").call == f"recv({READ_ON_BYTES})"


def _what_it_did(trace, timed_out):
    """In words: what a server did that held."""
    first = _first_connection(trace)
    answers = sum(field.name == "header" for field in trace.fields() if field.connection == first)
    did = [Words("shocks.did.answers", n=answers)] * bool(answers)
    did += [Words("shocks.did.time-out")] * timed_out
    return Words("shocks.seen.holds", did=[*did, Words("shocks.did.closes")])


def _first_connection(trace):
    return next((call.connection for call in trace if call.connection), None)


def _met(trace):
    """The place where the server was last in touch with the misbehaving client."""
    first = _first_connection(trace)
    calls = [
        call
        for call in trace
        if call.actor == "server" and call.connection == first and call.name in RECEIVING | SENDING
    ]
    return calls[-1].where if calls else None


def _source(where):
    return where and source_of(where)


def _why(name):
    """Why nobody will ever free a server from a call of this name without a time limit."""
    return Words("shocks.nobody.sends" if name in READING else "shocks.nobody.reads")


# ---- for real ----


def _short(shock):
    """The shock as the table has it for a short time limit; one that is not in the table as it is."""
    return next((other for other in server_shocks(REAL_LIMIT_S) if other.id == shock.id), shock)


def _for_real(shock, server):
    """Give a shock over real TCP, by the real clock, without looking on."""
    program = Program(
        "server", _with(server, answers=STEADY_ANSWERS, timeout_s=REAL_LIMIT_S), DEFAULT_IP, 0
    )
    program.start()
    problems = []
    try:
        if not (address := _listening(program)):
            return _never_listened(shock, program)
        if floods(shock.script):
            # else a system keeps megabytes of answers before the server has to wait
            program.actor.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LITTLE_ROOM_BYTES)
        guests = threading.Thread(
            target=_visit, args=(address, shock, problems), name="shock", daemon=True
        )
        guests.start()
        stuck = _watch(program, guests)
        place = stuck and stuck.where
        failure = program.failure
        if not stuck and not failure and problems:
            verdict, words = ERRS, Words("shocks.seen.goes-wrong", problem=problems[0])
        elif failure:
            place = program.failed_at
            verdict, words = DIES, _dies(failure)
        elif stuck:
            verdict = HANGS
            words = Words("shocks.seen.hangs-in", call=call_at(stuck), why=_why(stuck.name))
        elif shock.times > 1:
            verdict, words = HOLDS, Words("shocks.seen.served", n=shock.times)
        else:
            verdict, words = HOLDS, Words("shocks.seen.holds-in-time")
    finally:
        with contextlib.suppress(LabError):
            program.stop()
    guests.join()
    return Seen(shock, verdict, words, place, _source(place))


def _listening(program):
    """Wait until a server waits for a client; return the address. None if it never does."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline and program.alive:
        with program.actor.lock:
            if program.actor.doing and program.actor.doing.name == "accept":
                return program.actor.sock.getsockname()
        time.sleep(0.001)
    return None


def _never_listened(shock, program):
    """What became of a server that came to no accept."""
    if program.failure:
        return Seen(
            shock, DIES, _dies(program.failure), program.failed_at, _source(program.failed_at)
        )
    if program.alive:
        late = Words("shocks.seen.never-listens", seconds=f"{LIMIT_S:g}", place=program.place)
        return Seen(shock, HANGS, late)
    return Seen(shock, DIES, ENDED)


def _dies(failure):
    return failure.words("shocks.seen.dies")


def _visit(address, shock, problems):
    """Send the clients of a shock, and then a polite one; note what was not as it should be."""
    for script in [shock.script] * shock.times + [POLITE]:
        played = []
        try:
            with connect(address, script, LIMIT_S) as sock:
                play(script, Peer(sock), played, time.monotonic())
        except OSError as error:
            problems.append(Words("shocks.problem.no-connection", error=type(error).__name__))
        problems += [note.problem for note in played if note.problem]
        if problems:
            return


def _watch(program, guests):
    """Wait until the guests have gone; or return the call in which the server hangs meanwhile, without a time limit."""
    actor, last, since = program.actor, None, 0.0
    while guests.is_alive():
        call = actor.doing
        if call is not last:
            last, since = call, time.monotonic()
        elif (
            call
            and call.name != "accept"
            and actor.limit_s is None
            and actor.blocked
            and time.monotonic() - since > STUCK_S
        ):
            return call
        guests.join(0.01)
    return None


# ---- help ----


def _parameters(function):
    with contextlib.suppress(TypeError, ValueError):
        return inspect.signature(function).parameters
    return {}


def _with(function, **values):
    """The function with those of these values that it takes by name."""
    takes = {name: value for name, value in values.items() if name in _parameters(function)}
    return functools.partial(function, **takes) if takes else function


def _shown(data):
    return literal(data) if len(data) <= SHOWN_BYTES else f"{literal(data[:SHOWN_BYTES])}…"


def _conversation(trace):
    """One line for each call with the misbehaving client, in order; what the next one met in one line."""
    first, lines, mine, reads_on = _first_connection(trace), [], True, False
    for call in trace.in_order():
        if call.actor == "client" and call.name == "connect" and call.connection != first:
            mine = False  # the next client
            refused = isinstance(call.result, BaseException)
            next_one = say(f"shocks.talk.next-{'refused' if refused else 'connects'}")
            lines.append(Line(NEXT, f"client  {next_one}"))
        if (
            call.name in ("bind", "listen")
            or (call.connection or first) != first
            or (call.actor == "client" and not mine)
        ):
            continue
        read_on, reads_on = reads_on, _reads_on(call)
        if read_on and reads_on:
            continue  # in how many pieces it comes is the system's affair
        place = say("shocks.talk.line", n=call.where.line) if call.actor == "server" else ""
        if call.name == "accept" and call.ended is None:
            lines.append(_line(call, say("shocks.talk.waits"), place))
        else:
            lines.append(_line(call, _words(call), place))
    return lines


def _line(call, what, place):
    return Line(call.actor, f"{call.actor}  {what:<34}{place}".rstrip())


def _reads_on(call):
    """Whether it is the client's reading of what it did not expect, and bytes came."""
    return call.actor == "client" and call.argument == READ_ON_BYTES and bool(call.data)


def _words(call):
    """A call in a few words: its bytes, or how many; what became of it."""
    if call.name in ("connect", "accept", "close", "shutdown"):
        reset = (
            call.name == "close"
            and linecache.getline(call.where.file, call.where.line).strip() == "peer.reset()"
        )
        failed = (
            f" → {type(call.result).__name__}" if isinstance(call.result, BaseException) else ""
        )
        return (say("shocks.talk.reset") if reset else call.name) + failed
    if call.name in SENDING and not isinstance(call.result, BaseException):
        return f"{call.name} {_shown(call.argument)}"
    if call.ended is None:
        return say("shocks.talk.call-waits", call=call.text())
    if call.at_end_of_stream:
        return say("shocks.talk.end", call=call.text())
    got = _shown(call.result) if isinstance(call.result, bytes) else call.outcome()
    return f"{call.text()} → {got}"
