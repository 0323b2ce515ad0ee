"""A scripted peer that moves only where the function under test has to wait for it, and in that function's own thread.

So a verdict never depends on time. A piece of bytes is sent when all before it has been read, and when neither
side can go on any more this is known at once, without waiting.
"""

import contextlib
import functools
import gc
import io
import itertools
import selectors
import socket
import threading
from dataclasses import dataclass

from lenproto.exercises.judging import reach
from lenproto.exercises.judging.clock import CLOCK
from lenproto.exercises.judging.patience import Patience
from lenproto.exercises.judging.rests import Rests
from lenproto.lab import tap
from lenproto.lab.call import Call
from lenproto.lab.shocks.script import (
    Close,
    ExpectEnd,
    Flood,
    NotMet,
    Peer,
    Reset,
    Send,
    ShutDown,
    Step,
    Wait,
)
from lenproto.words import Words

ON_THE_WAY_S = 0.02  # how long bytes may be on their way inside the system
LAST_LOOKS = 2  # so often one waits for that, when the function has ended
MOST_BYTES = 1_000_000  # that a function may send in one case
MOST_FLOODS = 1000  # so often a peer asks that never reads an answer
OTHERS_S = 0.5  # seconds that a function's other threads may compute while one of them waits
OTHERS_STILL = 25  # looks in a row at which they stand still
NAP_S = 0.001  # how long a function really sleeps
FILES = (io.TextIOWrapper, io.BufferedRWPair, io.BufferedWriter)  # keep what is written for a while
# so often in a row a time limit may run out, or a look find nothing, before it is said to go on for ever
MOST_IN_VAIN = 4000
FEW_IN_VAIN = 100  # the first ones, in which as much time passes as the limit says
LEAP = 0.05  # then at least this part of what has passed already: so every deadline is met soon
LEAST_LEAP_S = 0.001
LONG_S = 100_000.0  # so long that no deadline is left
NO_LIMIT_S = 300.0  # the program around a function sets one: as long as the server's
REAL_LOOKS = 10  # of one that does not wait: what was sent may be on its way inside the system
TOLD_S = 1.0  # a pause of the peer that is one of its steps


class Pending(Exception):
    """A step waits for what the function under test has not done yet."""


@dataclass
class Moved:
    """A step of the peer: after how many calls of the function it came, its words, its bytes, what was wrong.

    of is the script's step; None: it has connected.
    """

    after: int
    step: Words | str
    of: Step | None = None
    sent: bytes = b""
    received: bytes = b""
    problem: Words | str = ""
    last: bool = False  # the function had ended then
    at_end: bool = False  # it has read the end of what the function sends


class DrivenPeer(Peer):
    """The peer's end of the connection. It takes what has come, and never waits."""

    by_the_clock = False

    def __init__(self, sock):
        super().__init__(sock, limit_s=ON_THE_WAY_S)
        send_at_once(sock)
        self.came = b""  # all that the function has sent
        self.read = 0  # so much of it the steps have read
        self.ended = False  # the function has ended the connection
        self.final = False  # the function has ended, or never goes on: nothing more can come
        self.looks = 0  # so often one waits for what may still be on its way

    def fill(self):
        """Take all that has come."""
        while self.sock.fileno() != -1 and not self.ended and len(self.came) < MOST_BYTES:
            self.sock.settimeout(0)
            try:
                piece = tap.original("recv")(self.sock, 65536)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            self.came += piece
            self.ended = not piece

    def await_the_last(self):
        """Take what the function has sent or closed in its last moment: a busy system may not have delivered it yet."""
        if self.sock.fileno() != -1:
            with selectors.DefaultSelector() as selector:
                selector.register(self.sock, selectors.EVENT_READ)
                selector.select(ON_THE_WAY_S)
            self.fill()

    def receive(self, n, limit_s=None):
        """Return n bytes; fewer at the end of the connection. Pending where they have not come yet."""
        self.fill()
        while len(self.came) - self.read < n and not self.ended and self.looks:
            self.looks -= 1
            self.await_the_last()
        unread = self.came[self.read :]
        if len(unread) < n and not self.ended:
            if not self.final:
                raise Pending
            self.received += unread
            some = Words("judging.peer.got-some", came=len(unread), wanted=n)
            raise NotMet(some if n > 1 else Words("judging.peer.got-nothing"))
        self.read += len(unread[:n])
        self.received += unread[:n]
        return unread[:n]


def send_at_once(sock):
    """Let the system send small messages at once, instead of keeping them back for company."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Driver:
    """Carries out a script against a function that is watched by a tap.

    connect() gives the peer's socket when the function waits for the first time; or sock is there
    before. log has what the peer did; seen is called for the number of calls that the function has
    made. stuck tells the call in which the function waits for ever, spins the one that it makes
    again and again.
    """

    def __init__(self, script, *, sock=None, connect=None, seen=lambda: 0):
        self._steps = list(_single(script))
        self._connect = connect
        self.seen = seen
        self.actors = ()  # all the threads of the function
        self.slept_s = 0.0  # its longest sleep, had it been left to sleep
        self.peer = DrivenPeer(sock) if sock else None
        self.log = []
        self.stuck = self.spins = None
        self.kept_back = b""  # what lay in a buffer of its own when it was stuck
        self.never_gives_up = (
            ""  # "limit" or "polls": how it goes on for ever though the peer is silent
        )
        self.spoke = []  # how many bytes the function had sent each time when the peer spoke
        self._moments = [0]  # at which of the clock's moments that was; it began at the first one
        self.problem = None  # the Moved that was not met
        self._over = False  # the function has ended
        self._in_vain = self._real_looks = self._floods = 0
        self._since = 0.0  # what the clock had gone before the first one in vain
        self._rests = Rests()
        self._lock = threading.RLock()

    @property
    def came(self):
        """All bytes that the function has sent."""
        return self.peer.came if self.peer else b""

    @property
    def answers(self):
        """The same, split where the peer has spoken."""
        places = [0, *self.spoke, len(self.came)]
        return [self.came[a:b] for a, b in itertools.pairwise(places)]

    def moments(self, number):
        """The moments at which the clock stood while an answer was due, by its number among the answers."""
        ends = [*self._moments[1:], len(CLOCK.moments) - 1]
        return CLOCK.moments[self._moments[number] : ends[number] + 1]

    @property
    def done(self):
        """Whether every step was met."""
        return not self._steps and not self.problem

    def drive(self, actor):
        """Make the peer's next move; return whether it may be worth looking again. Stopped where nothing can come."""
        if self._silent and self._rests.give_way(self._others(actor), _limit_s(actor)):
            return True
        with self._rests.resting(actor) as rest:
            return self._drive(actor, rest)

    def _drive(self, actor, rest):
        patience = None
        while True:
            with self._lock:
                if self.stuck or self.spins:
                    raise self._stopped(actor)
                if self._step():
                    self._in_vain = 0
                    return True
                limit_s = _limit_s(actor)
                if self._silent:
                    return self._runs_out(actor, limit_s)
                gone = self.peer and self.peer.sock.fileno() == -1
            if gone or (actor.sock and actor.sock.fileno() == -1):
                return False
            if came := self.peer and self._on_the_way(actor, limit_s):
                return came is self.peer.sock
            if limit_s == 0 or actor.pace.has_timer:
                with self._lock:
                    if self._passes(actor, limit_s):
                        return True
                break
            rest.rounds += 1
            patience = patience or Patience(OTHERS_S, OTHERS_STILL)
            if patience.is_over() or not self._others(actor):
                break
        kept_back = _kept_back()
        with self._lock:
            self.kept_back = self.kept_back or kept_back
            self._last_step()
            # last of all: who sees it may stop the function, and then its end of the connection is closed
            self.stuck = self.stuck or _waiting(actor)
            raise self._stopped(actor)

    def _runs_out(self, actor, limit_s):
        """The peer is silent: the time limit runs out. Stopped where that goes on for ever."""
        if self._passes(actor, limit_s):
            return True
        self.spins = _waiting(actor)
        self.never_gives_up = "polls" if limit_s == 0 else "limit"
        raise self._stopped(actor)

    def _passes(self, actor, limit_s):
        """Let the time pass in which an actor gets nothing; return whether it has not done so too often."""
        passes = self._lets_pass(limit_s)
        actor.pace.expired = actor.pace.expired or passes
        return passes

    def _lets_pass(self, limit_s):
        """The same, for whoever waits; after many times in vain it is more than is asked for."""
        if self._in_vain >= MOST_IN_VAIN:
            return False
        if not self._in_vain:
            self._since = CLOCK.gone_s
        self._in_vain += 1
        gone_s = CLOCK.gone_s - self._since
        if self._in_vain > FEW_IN_VAIN and gone_s < LONG_S:
            limit_s = max(limit_s, gone_s * LEAP, LEAST_LEAP_S)
        CLOCK.move(limit_s)
        return True

    def _others(self, actor):
        """The function's other threads, which may still do what is waited for."""
        return [
            other for other in list(self.actors) if other is not actor and other.thread.is_alive()
        ]

    @staticmethod
    def _stopped(actor):
        """Return what ends the actor's thread: whatever it does on its way out, such as close(), is no step."""
        actor.stopping = True
        return tap.Stopped()

    def sleep(self, seconds):
        """The function wants to sleep: make the peer's next move, if one can be made; return the seconds to sleep."""
        with self._lock:
            self.slept_s = max(self.slept_s, seconds)
            self._step()
        CLOCK.move(seconds)
        return min(seconds, 0.0 if tap.alone() else NAP_S)

    def rest(self, actor, look, seconds, thing):
        """The function waits for another of its threads, so many seconds at most. See Rests.wait."""
        if seconds is None:
            with self._rests.resting(actor, thing=thing):
                return look(None)

        def let_pass(seconds):
            with self._lock:
                if self._lets_pass(seconds):
                    return
                self.spins = Call("", "wait", None, tap.where(2), 0.0)
                self.never_gives_up = "polls"
            raise self._stopped(actor)

        others = functools.partial(self._others, actor)
        return self._rests.wait(actor, others, look, seconds, thing, let_pass)

    def finish(self):
        """The function has ended: see which of the steps that are left are met all the same."""
        with self._lock:
            if self.peer and not self.stuck:
                self.peer.looks = LAST_LOOKS
            while self._listens and self._step():
                pass
            self._last_step()

    def _last_step(self):
        """Nothing more can come: note what the peer waits for in vain."""
        self._over = True
        if self.peer:
            self.peer.fill()
            self.peer.final = True
            while self._listens and self._step():
                pass

    @property
    def _listens(self):
        """Whether the peer's next step is one that expects something."""
        return (
            bool(self._steps)
            and not isinstance(self._steps[0], Send | Close | Reset | ShutDown | Wait)
            and not self._connect
        )

    @property
    def _silent(self):
        """Whether the peer is now silent, or reads nothing, for longer than any time limit."""
        step = self._steps[0] if self._steps and not self.problem else None
        return isinstance(step, Flood) or (
            isinstance(step, ExpectEnd) and step.within_s is not None
        )

    def _step(self):
        """Make one move; return whether it was made."""
        if self.problem or not (self._steps or self._connect):
            return False
        if self._connect:
            try:
                with reach.judge():
                    self.peer, self._connect = DrivenPeer(self._connect()), None
            except OSError:  # it is not there
                return False
            self.log.append(Moved(self.seen(), Words("judging.peer.connects")))
            return True
        if isinstance(self._steps[0], Wait):
            return self._pause(self._steps.pop(0))
        step, note, mark = (
            self._steps[0],
            Moved(self.seen(), self._steps[0].words, self._steps[0], last=self._over),
            self.peer.read,
        )
        if isinstance(step, Send):
            self.peer.fill()
            self.spoke.append(len(self.peer.came))
            self._moments.append(len(CLOCK.moments) - 1)
        self.peer.sent = self.peer.received = b""
        try:
            if isinstance(step, Flood):
                return self._flood(step)
            step.play(self.peer)
        except Pending:
            self.peer.read = mark
            return False
        except NotMet as problem:
            note.problem = problem.words
            self.problem = note
        note.sent, note.received = self.peer.sent, self.peer.received
        note.at_end = self.peer.ended and self.peer.read == len(self.peer.came)
        self.log.append(note)
        self._steps.pop(0)
        return not self.problem

    def _pause(self, step):
        """Let time pass, and go on."""
        CLOCK.move(step.seconds)
        if step.seconds >= TOLD_S:
            self.log.append(Moved(self.seen(), step.words, step))
        self._step()
        return True

    def _flood(self, step):
        """Ask for more, and read nothing, for as long as there is room; return whether there was."""
        if not self.log or self.log[-1].step != step.words:
            self.log.append(Moved(self.seen(), step.words, step))
        self.peer.sock.settimeout(0)
        try:
            self._floods += 1
            if not self.peer.final and self._floods < MOST_FLOODS:
                tap.original("send")(self.peer.sock, step.data * 10)
                return True
            if not self.peer.final:
                return False
        except BlockingIOError:
            return False
        except OSError:  # the function has hung up
            pass
        self._steps.pop(0)
        return True

    def _on_the_way(self, actor, limit_s):
        """The socket at which something comes after all: a system may need a moment to deliver what was sent."""
        with self._lock:
            self.peer.fill()
            self._real_looks += limit_s == 0
        wait_s = 0 if self._real_looks > REAL_LOOKS and limit_s == 0 else ON_THE_WAY_S
        with selectors.DefaultSelector() as selector:
            if actor.sock:
                selector.register(actor.sock, selectors.EVENT_READ)
            if not self.peer.ended and len(self.came) < MOST_BYTES:
                selector.register(self.peer.sock, selectors.EVENT_READ)
            ready = selector.select(wait_s) if selector.get_map() else []
            return ready[0][0].fileobj if ready else None


def _kept_back():
    """What lies in files of sockets, and would be sent if they were flushed: it is taken out of them."""
    things = gc.get_objects()
    ends = [(each, each._sock) for each in things if isinstance(each, socket.SocketIO)]
    if not ends:
        return b""
    kept = bytearray()
    for end, _ in ends:
        end._sock = _Sink(kept)
    for kind in FILES:  # from above to below
        for file in (each for each in things if isinstance(each, kind)):
            with contextlib.suppress(Exception):  # closed, say
                file.flush()
    for end, sock in ends:
        end._sock = sock
    return bytes(kept)


class _Sink:
    """Stands in for a socket that is sent to."""

    def __init__(self, kept):
        self._kept = kept

    def send(self, data):
        self._kept += data
        return len(data)


def _limit_s(actor):
    """How long an actor is about to wait; 0: it only looks."""
    if actor.waits_not:
        return 0.0
    limit_s = actor.limit_s if actor.doing else actor.pace.limit_s
    return NO_LIMIT_S if limit_s is None else limit_s


def _waiting(actor):
    """The call in which an actor waits."""
    return actor.doing or Call("", actor.pace.waits_in, None, tap.where(2), 0.0)


def _single(script):
    """Yield the steps of a script: what is sent in pieces as so many steps."""
    for step in script:
        if isinstance(step, Send) and step.piece:
            for at in range(0, len(step.data), step.piece):
                yield Send(step.data[at : at + step.piece])
        else:
            yield step
