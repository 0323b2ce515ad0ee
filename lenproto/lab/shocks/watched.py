"""A server under a shock on a stage, watched call by call.

Time stands still on a stage, so a server that hangs is found out at once.
"""

import contextlib

from lenproto.lab.call import RECEIVING, SENDING
from lenproto.lab.program import LabError
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
from lenproto.lab.shocks.framings import OURS
from lenproto.lab.shocks.script import NotMet
from lenproto.lab.shocks.staged import READ_ON_BYTES, program
from lenproto.lab.shocks.table import POLITE, Shock, told
from lenproto.lab.shocks.talk import first_connection
from lenproto.lab.stage import Stage, call_at
from lenproto.words import Words

STEPS = 400  # a conversation on the stage takes no more
ENDS = 3  # a server that reads the end of the stream so often in a row will read it for ever


class _Clients:
    """The two clients that come one after another, as one program of the stage; what they found wrong."""

    def __init__(self, shock):
        how = {"script": shock.framing.script(POLITE), "framing": shock.framing}
        after = Shock("the next client", **how, **told("shocks.next-client"))
        self._programs = program(shock), program(after)
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


def on_stage(shock, server):
    """Put a server on a stage with a misbehaving client, then a polite one; return its Fate."""
    clients = _Clients(shock)
    stage = Stage(clients, server).start()
    try:
        timed_out, spins = _play(stage)
        position = stage.position("server")
        where = spins.where if spins and position.state != "failed" else position.where
        verdict, words = _became(shock, stage, clients.problems, timed_out, spins)
        if verdict in (HOLDS, ERRS):
            where = _met(stage.trace)
        return Fate(shock, verdict, words, where, source_at(where), stage.trace)
    finally:
        with contextlib.suppress(LabError):  # it does not end: what was seen is told all the same
            stage.close()


def _became(shock, stage, problems, timed_out, spins):
    """What became of the server: the verdict, and what is told of it."""
    server, client = stage.position("server"), stage.position("client")
    if isinstance(stage.result("server"), BaseException):
        return DIES, died(server.failure)
    if server.state == "failed":
        return HANGS, Words("shocks.seen.hangs", why=server.why)
    if spins:
        return HANGS, Words("shocks.seen.spins", call=call_at(spins), result=_gives(spins))
    if server.state == "finished":
        return DIES, ENDED
    if server.state == "blocked" and server.name != "accept":
        key = "hangs-in-after" if _answered_too_much(stage) else "hangs-in"
        line, function, why = server.line, server.function, why_for_ever(server.name)
        call = Words("stage.at.call", call=server.call, line=line, function=function)
        return HANGS, Words(f"shocks.seen.{key}", call=call, why=why)
    if client.state != "finished":
        return ERRS, Words("shocks.seen.not-closed")
    if problems:
        return ERRS, Words("shocks.seen.goes-wrong", problem=problems[0])
    return HOLDS, _what_it_did(stage.trace, timed_out, named=shock.framing == OURS)


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


def _what_it_did(trace, timed_out, named):
    """In words: what a server did that held. named: the trace knows the fields of its protocol."""
    first = first_connection(trace)
    fields = trace.fields() if named else []
    answers = sum(field.name == "header" for field in fields if field.connection == first)
    did = [Words("shocks.did.answers", n=answers)] * bool(answers)
    did += [Words("shocks.did.time-out")] * timed_out
    return Words("shocks.seen.holds", did=[*did, Words("shocks.did.closes")])


def _met(trace):
    """The place where the server was last in touch with the misbehaving client."""
    first = first_connection(trace)
    calls = [
        call
        for call in trace
        if call.actor == "server" and call.connection == first and call.name in RECEIVING | SENDING
    ]
    return calls[-1].where if calls else None
