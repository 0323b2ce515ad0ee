"""A server under a shock for real: over TCP, by the clock, for what a stage is no place for."""

import contextlib
import socket
import threading
import time

from lenproto.lab.program import LabError, Program
from lenproto.lab.shocks.fate import (
    DIES,
    ENDED,
    ERRS,
    HANGS,
    HOLDS,
    Fate,
    died,
    source_at,
    why_for_ever,
)
from lenproto.lab.shocks.player import LITTLE_ROOM_BYTES, connect, play
from lenproto.lab.shocks.script import LIMIT_S, Peer, floods
from lenproto.lab.shocks.table import POLITE
from lenproto.lab.stage import call_at
from lenproto.wire import DEFAULT_IP
from lenproto.words import Words

STUCK_S = 0.4  # for so long a call has to make no headway until it is said to hang


def for_real(shock, server):
    """Give a shock over real TCP, by the real clock, without looking on."""
    program = Program("server", server, DEFAULT_IP, 0)
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
            verdict, words = DIES, died(failure)
        elif stuck:
            verdict = HANGS
            words = Words("shocks.seen.hangs-in", call=call_at(stuck), why=why_for_ever(stuck.name))
        elif shock.times > 1:
            verdict, words = HOLDS, Words("shocks.seen.served", n=shock.times)
        else:
            verdict, words = HOLDS, Words("shocks.seen.holds-in-time")
    finally:
        with contextlib.suppress(LabError):
            program.stop()
    guests.join()
    return Fate(shock, verdict, words, place, source_at(place))


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
        return Fate(
            shock, DIES, died(program.failure), program.failed_at, source_at(program.failed_at)
        )
    if program.alive:
        late = Words("shocks.seen.never-listens", seconds=f"{LIMIT_S:g}", place=program.place)
        return Fate(shock, HANGS, late)
    return Fate(shock, DIES, ENDED)


def _visit(address, shock, problems):
    """Send the clients of a shock, and then a polite one; note what was not as it should be."""
    for script in [shock.script] * shock.times + [shock.framing.script(POLITE)]:
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
