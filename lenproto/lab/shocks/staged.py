"""A shock as a program: a client that can stand on a Stage, with a line of source for each step of the script."""

import contextlib
import functools
import linecache
import re
import socket

from lenproto.lab.call import literal
from lenproto.lab.program import LabError
from lenproto.lab.shocks.script import (
    Close,
    Expect,
    ExpectAnswer,
    ExpectEnd,
    NotMet,
    Peer,
    Reset,
    Send,
    ShutDown,
    Wait,
    by_digits,
)
from lenproto.lab.shocks.table import shock_named
from lenproto.words import Words

READ_ON_BYTES = 1000  # at a time, where the end was due and something else comes
SHOWN_BYTES = 14  # of a call, in a conversation


class StagedPeer(Peer):
    """What a shock's program does at its socket: the steps of a script, without any time limit."""

    def __init__(self, ip, port, read=by_digits):
        super().__init__(socket.socket())
        self._read = read  # the body of an answer
        try:
            self.sock.connect((ip, port))
        except BaseException:
            self.sock.close()
            raise

    def send(self, data, piece=0):
        """Send all of it; in pieces of so many bytes, where that is said."""
        size = piece or len(data)
        try:
            for at in range(0, len(data), size):
                self.sock.send(data[at : at + size])
        except OSError:
            self.sock.close()
            raise

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
        self._play(ExpectAnswer(text, read=self._read))

    def expect_end(self):
        """Read until the other side ends the connection, however long. NotMet if bytes come first."""
        got = piece = self.receive(1)
        while piece:
            got += (piece := self.receive(READ_ON_BYTES, whole=False))
        if got:
            self.sock.close()
            raise NotMet(Words("shocks.problem.instead-of-end", got=in_short(got)))

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
    if not fits_a_stage(shock):
        raise LabError(Words("shocks.trouble.too-much", name=repr(shock.id)))
    name = re.sub(r"\W", "_", shock.id)
    steps = [LINES[type(step)](step) for step in shock.script]
    if not isinstance(shock.script[-1], (Close, Reset)):
        steps.append("peer.close()")
    body = [f'"""{shock.story}"""', "peer = connect(ip, port)", *steps]
    source = "\n    ".join([f"def {name}(ip, port):", *body]) + "\n"
    file = f"<shock: {shock.id}>"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    connect = functools.partial(StagedPeer, read=shock.framing.read)
    names = {"connect": connect, "__name__": __name__}
    exec(compile(source, file, "exec"), names)
    return names[name]


def fits_a_stage(shock):
    """Whether a stage can show it: it comes once, and each of its steps is a line."""
    return shock.times == 1 and all(type(step) in LINES for step in shock.script)


def in_short(data):
    """The first bytes of some, as Python writes them."""
    return literal(data) if len(data) <= SHOWN_BYTES else f"{literal(data[:SHOWN_BYTES])}…"
