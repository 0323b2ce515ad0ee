"""Records the socket calls of chosen threads, untouched code included.

While anything is watched, the methods of socket.socket that block or move bytes are replaced on
the class, and put back after. The class is one for all: sockets made earlier, `from socket import
*` and makefile() are seen as well. Threads that nobody watches pass straight through.
"""

import contextlib
import copy
import errno
import functools
import itertools
import os
import selectors
import socket
import sys
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Iterator
from time import (  # the real ones, also where a judge puts others in their place
    monotonic,
    perf_counter,
)
from typing import Any

from lenproto import wire
from lenproto.lab.call import CONNECTING, RECEIVING, SENDING, SERVER, Call, Where
from lenproto.lab.pace import Pace
from lenproto.lab.trace import Trace

# socket.socket as the standard library has it, also where somebody has put a class of his own in its place
SOCKET: Any = next(
    kind
    for kind in socket.SocketType.__subclasses__()
    if (kind.__module__, kind.__qualname__) == ("socket", "socket")
)
METHODS = tuple(name for name in (
    "connect", "connect_ex", "bind", "listen", "accept", "send", "sendall", "sendto", "sendmsg",
    "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into", "shutdown", "close",
) if hasattr(SOCKET, name))  # fmt: skip
NETWORKS = {socket.AF_INET, socket.AF_INET6}
SCATTERED = {"sendmsg", "recvmsg_into"}  # their first argument is not one buffer, but several
READING = {"accept"} | RECEIVING
STANDING = {
    "send",
    "sendall",
} | CONNECTING  # where time stands still they wait for no real time limit
PENDING = {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EAGAIN)}
# functions of the library whose calls are its own affair: the pipe by which a loop of asyncio wakes itself
INNER = {
    "_write_to_self",
    "_read_from_self",
    "_close_self_pipe",
    "socketpair",
    "_fallback_socketpair",
}
REACHING = {
    "connect",
    "connect_ex",
    "bind",
    "listen",
    "sendto",
    "sendmsg",
}  # somebody, or let be reached
SETTLE_S = 1.0  # how long to wait for the other side to become quiet
# so many calls in a row that get the same nothing are recorded; a loop goes on for ever
SAME_CALLS = 3
# how long it has to be so: what was just sent may still be on its way inside the system
QUIET_S = 0.003
# between two looks whether an actor for whom time stands still has to leave its call
PATIENCE_S = 0.05
# the same of one that waits for several things: who looks meanwhile may have to wait until it is over
SHORT_S = 0.02

_STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep
LAB = os.path.dirname(__file__) + os.sep
# beginnings of the names of files that are nobody's own code: they stand around a program that is watched
JUDGING = os.path.join(os.path.dirname(wire.__file__), "exercises", "judging") + os.sep
STAND_INS = (JUDGING, LAB + "waits.py")  # for the ways in which threads wait for each other, too
HELPERS = (wire.__file__, LAB, JUDGING)
LESSON = LAB + "literal.py"  # it stands in the lab, but is a program that one looks at
# Thread → Actor. Not by identifier: a new thread may get that of one that has ended
_actors: dict[threading.Thread, "Actor"] = {}
_lock = threading.Lock()


# for a reader, part of the function around them
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


class Stopped(BaseException):
    """Ends the thread of an actor that is told to stop. No `except Exception` catches it."""


class Actor:
    """One side of a conversation: a thread whose socket calls are watched.

    doing is the Call it is in, None between calls, and sock that call's socket. With stopping set,
    its next call raises Stopped. sockets are those it used. pace says how it goes on.
    """

    def __init__(self, thread):
        self.thread = thread
        self.watchers = 0
        self.taps = {}  # Tap → the actor's name in that tap's trace
        self.doing = self.sock = None
        self.look = (
            None  # of a call that waits for several sockets: look(seconds) gives what there is
        )
        # the time limit in seconds of the call it is in, as the program set it; None if it has none
        self.limit_s = None
        self.has_timer = False  # such a call does something else when its time has come
        self.may_wait = True  # the reading call before which it is held: it was not told otherwise
        self.next_look = self.next_limit_s = (
            None  # the same of a call that waits for several sockets
        )
        # what accept just gave: nothing else may hold it yet, when Stopped comes
        self.accepted = None
        self.recorded = {}  # Tap → the Call of its trace that stands for doing
        self.stopping = False
        self.pace = Pace()
        self.sockets = weakref.WeakSet()
        self._last = None  # a weak reference to the socket of the last call
        self.lock = threading.Lock()

    @property
    def blocked(self):
        """Whether it is in a call that cannot go on: there is nothing to read, or no room for what it sends."""
        doing, sock, look = self.doing, self.sock, self.look
        if doing is not None and look is not None:
            return not _finds(look)
        waits = READING | SENDING | (CONNECTING if self.pace.held else set())
        if doing is None or doing.name not in waits:
            return False
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(
                    sock, selectors.EVENT_READ if doing.name in READING else selectors.EVENT_WRITE
                )
                return not selector.select(0)
        except (OSError, ValueError):  # closed meanwhile
            return False

    @property
    def awaited(self):
        """Whether a trace tells that what its reading call waits for is still on its way inside the system."""
        with self.lock:
            sock, recorded = self.sock, list(self.recorded.items())
            if self.look is not None:
                return False
        try:
            address = sock.getsockname()
        except (OSError, AttributeError):  # closed, or the call has ended
            return True
        return any(
            call.name in READING and tap.trace.is_due(call, address) for tap, call in recorded
        )

    @property
    def time_stands_still(self):
        """Whether it is stepped: how long a person thinks between two steps may not run into a time limit."""
        return self.pace.time_stands_still

    @property
    def waits_not(self):
        """Whether the call it is in comes back at once, for its socket does not block."""
        sock = self.sock
        return sock is not None and sock.gettimeout() == 0

    def await_readable(self, n=1):
        """Where time stands still: wait until the call it is in has something to read, however long; n bytes if driven.

        Raises TimeoutError once its pace has expired, and Stopped where the actor has to stop.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            while not self._can_read(selector, n) and self.sock.fileno() != -1:
                if self.stopping:
                    raise Stopped
                if self.pace.expired and self.waits_not:
                    break  # the real call says so
                if self.pace.expired:
                    raise TimeoutError("timed out")
                if self.pace.driven and not self.pace.drive(self):
                    break

    def _can_read(self, selector, n):
        if not selector.select(0 if self.pace.driven else PATIENCE_S):
            return False
        return n <= 1 or len(original("recv")(self.sock, n, socket.MSG_PEEK)) >= n

    def await_writable(self):
        """Where time stands still: wait until the call it is in has room for what it sends, or an answer.

        Raises TimeoutError once its pace has expired, and Stopped where the actor has to stop.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_WRITE)
            while not selector.select(0 if self.pace.driven else PATIENCE_S):
                if self.stopping:
                    raise Stopped
                if self.pace.expired and self.waits_not:
                    break
                if self.pace.expired:
                    raise TimeoutError("timed out")
                if self.pace.driven and not self.pace.drive(self):
                    break

    def send(self, sock, data, *flags):
        """Where time stands still: send all of it, or with a time limit as much as there is room for. Waits for room.

        Returns how many bytes that was.
        """
        left, sent = memoryview(data).cast("B"), 0
        while not sent or (sent < len(left) and self.limit_s is None):
            self.await_writable()
            sent += _send_some(sock, left[sent:], *flags)
            if not left:
                break
        return sent

    def send_all(self, sock, data, *flags):
        """The same, and always all of it."""
        left = memoryview(data).cast("B")
        while True:
            self.await_writable()
            left = left[_send_some(sock, left, *flags) :]
            if not left:
                return

    def connect(self, sock, address):
        """Where time stands still: connect, however long that takes; return the number of the error, 0 for none."""
        with _at_once(sock):
            error = _ORIGINAL["connect_ex"](sock, address)
        if error not in PENDING:
            return error
        self.await_writable()
        return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def wait(self, name, look, limit_s, has_timer=False, shared=True, place=None):
        """Make a call that waits for one of several things: look(seconds) gives what there is. Where time stands still.

        has_timer: who calls wants to be woken after limit_s. shared: other threads may look, too. place is the Where
        of the call, if it is known. Returns what look gives, nothing once its pace has expired. Raises Stopped where
        the actor has to stop.
        """
        seen = look if shared else bool  # as long as it waits there is nothing
        self.begin(name, None, _rounded(limit_s), (seen, limit_s, has_timer), place)
        try:
            found = look(0)
            while not _count(found) and limit_s != 0 and not self.pace.expired:
                if self.stopping:
                    raise Stopped
                found = look(SHORT_S)
        except BaseException as error:
            self.end(copy.copy(error))
            raise
        self.end(_count(found))
        return found

    def sleep(self, name, seconds, place=None):
        """Make a call that waits for nothing but the time. Where time stands still: it is moved."""
        self.begin(name, None, _rounded(seconds), place=place)
        self.pace.clock.move(seconds)
        self.end(None)

    def begin(self, name, sock, argument, wait=(None, None, False), place=None):
        """Note that a call begins, in every trace that records this actor. wait: its look, limit_s and has_timer."""
        known = sock is None or (self._last is not None and self._last() is sock)
        if not known:
            self._last = weakref.ref(sock)
            with self.lock:
                self.sockets.add(sock)
        if self.stopping:
            raise Stopped
        self.accepted = None
        doing = Call("", name, argument, place or where(), perf_counter())
        if self.time_stands_still:
            self.next_look, self.next_limit_s, _ = wait
            self.pace.before(doing, sock)
            if self.stopping:
                raise Stopped
            doing.started = perf_counter()
        with self.lock:
            # doing first: with it set, a call out of the garbage collector passes straight through
            self.doing, self.sock, self.pace.expired = doing, sock, False
            self.look, self.limit_s, self.has_timer = wait
            if sock is not None:
                self.limit_s = _limits.get(sock, sock.gettimeout())
            self.recorded = {tap: tap.record(self, who) for tap, who in self.taps.items()}

    def end(self, result):
        """Note how the call ended, in every trace that has it."""
        ended = perf_counter()
        with self.lock:
            if self.doing is None:  # it did not even begin
                return
            name, sock = self.doing.name, self.sock
            try:
                if name == "accept" and isinstance(result, tuple):
                    accepted, result = result
                    if isinstance(accepted, SOCKET):  # else somebody's own has taken its place
                        self.accepted = accepted
                        self.sockets.add(accepted)
                if self.stopping and (
                    self.accepted or result == b"" or isinstance(result, BaseException)
                ):
                    result = Stopped()  # the call was woken only to end here
                for tap, call in self.recorded.items():
                    if name.startswith("connect") or (self.accepted and not self.stopping):
                        call.connection = tap.connection(
                            self.accepted or sock, call.side, begins=True
                        )
                    call.result, call.ended = result, ended - tap.began
                    tap.ended(call)
                    self.doing.connection = call.connection
                self.doing.result, self.doing.ended = result, ended
                if self.pace.clock and not isinstance(result, BaseException) and result != b"":
                    self.pace.clock.goes_on()
            finally:
                self.doing = self.sock = self.look = self.limit_s = None
                self.has_timer = False
                self.recorded = {}
        if self.stopping:
            raise Stopped


class Tap:
    """Records what the actors do: with Tap({thread: "client", other_thread: "server"}) as trace.

    A call in which a watched thread is already blocked is recorded too. On leaving, waits until
    every thread but the one that leaves is blocked or at its end (at most SETTLE_S seconds), so
    that the trace ends at the same place each time. A thread may start within the block.
    """

    def __init__(self, names):
        self.names = dict(names)
        self.trace = Trace()
        self._numbers = weakref.WeakKeyDictionary()  # socket → number of its connection
        # both addresses of a connection of which one socket is known → its number
        self._one_end = {}
        # actor's name → its last calls, as far as they got the same nothing
        self._in_vain = defaultdict(list)
        # calls that may be the next of a loop which gets nothing, see record
        self._held_back = set()
        self._count = itertools.count(1)
        self._lock = threading.Lock()
        self._removed = False

    def __enter__(self):
        self.began = perf_counter()
        for thread, name in list(self.names.items()):
            self.add(thread, name)
        return self.trace

    def add(self, thread, name):
        """Record this thread, too; return its Actor."""
        self.names[thread] = name
        actor = watch(thread)
        with actor.lock:
            actor.taps[self] = name
            if actor.doing is not None:
                actor.recorded[self] = self.record(actor, name)
        return actor

    def __exit__(self, *exception):
        try:
            settle([_actors[thread] for thread in self.names])
        finally:  # Ctrl-C while we wait
            self.remove()

    def remove(self):
        """Record nothing more from now on; a call that still blocks stays so in the trace."""
        self._removed = True
        for thread in self.names:
            actor = _actors.get(thread)
            if actor is None:
                continue
            with actor.lock:
                is_on = actor.taps.pop(self, None) is not None
                actor.recorded.pop(self, None)
            if is_on:
                unwatch(thread)

    def record(self, actor, name):
        """Put the call that an actor is in into the trace, and return it.

        One that may be the next of a loop is not put there before it gets something else than the last.
        """
        doing = actor.doing
        call = Call(name, doing.name, doing.argument, doing.where, doing.started - self.began)
        call.connection = self.connection(actor.sock, call.side)
        same = self._in_vain[name]
        if len(same) == SAME_CALLS and call.repeats(same[-1]):
            self._held_back.add(call)
        else:
            self.trace.append(call)
            self.trace.changed()
        return call

    def ended(self, call):
        """Note that a recorded call has its result."""
        in_vain, same = call.in_vain, self._in_vain[call.actor]
        if in_vain or same:
            goes_on = (
                in_vain
                and same
                and call.repeats(same[-1])
                and type(call.result) is type(same[-1].result)
            )
            if call in self._held_back:
                self._held_back.remove(call)
                if goes_on:
                    same[-1].again = True
                else:
                    self.trace.append(call)
            if not goes_on:
                same.clear()
            if in_vain and len(same) < SAME_CALLS:
                same.append(call)
        self.trace.changed()

    def connection(self, sock, side, *, begins=False):
        """Return the number of the connection of which a socket is this side's end, from 1; None if it has none."""
        if (
            sock is None or sock.family not in NETWORKS
        ):  # it waits for several; or a pair within a program
            return None
        number = self._numbers.get(sock)
        if number is None:
            try:
                ends = frozenset((sock.getsockname(), sock.getpeername()))
            except OSError:
                return None
            with self._lock:
                number = self._one_end.pop(ends, None)
                if number is None:
                    number = self._one_end[ends] = next(self._count)
            self._numbers[sock] = number
            self._await_drop(sock, number, side)
        if begins:
            self.trace.whole.add(number)
        return number

    def has(self, call, sock, name, look=None):
        """Whether there is something for a reading call that an actor is about to make; once it is there."""
        if look is not None:
            return _will_find(look)
        due = Call(name, call.name, call.argument, call.where, 0.0)
        due.connection = self.connection(sock, due.side)
        deadline = monotonic() + SETTLE_S
        while not _readable(sock):
            if not self._is_due(due, sock) or monotonic() > deadline:
                return False
            time.sleep(0.0002)
        return True

    def _is_due(self, call, sock):
        try:
            return self.trace.is_due(call, sock.getsockname())
        except OSError:
            return False

    def _await_drop(self, sock, number, side):
        """See to it that it is noted when nobody holds a socket any more: Python closes it then, with no call."""
        tap = weakref.ref(self)

        def dropped():
            if (self := tap()) is not None:
                self._is_gone(number, side)

        weakref.finalize(sock, dropped).atexit = False

    def drop(self, sock, name):
        """Note that an actor's socket is closed, though no call of its own did so."""
        if (number := self._numbers.get(sock)) is not None:
            self._is_gone(number, "server" if name == SERVER else "client")

    def _is_gone(self, number, side):
        if not self._removed:
            self.trace.gone.setdefault((number, side), len(self.trace))


def settle(actors, limit_s=SETTLE_S):
    """Wait until each of these actors but our own is blocked in a call, or has ended."""
    others = [actor for actor in actors if actor.thread is not threading.current_thread()]
    deadline, before, since = monotonic() + limit_s, None, 0.0
    while monotonic() < deadline:
        now = [actor.doing for actor in others]
        at_rest = (
            (actor.blocked and not actor.awaited) or not actor.thread.is_alive() for actor in others
        )
        if not all(at_rest):
            before = None
        elif now != before:
            before, since = now, monotonic()
        elif monotonic() - since > QUIET_S:
            # all that time the same: nobody woke another up in between
            return
        time.sleep(0.0005)


def watch(thread):
    """Return the Actor of a thread; from the first one on, socket calls are seen."""
    with _lock:
        if not _actors:
            for name in METHODS:
                _put(SOCKET, name, _watched(name, getattr(SOCKET, name)))
            _put(SOCKET, "settimeout", _settimeout)
            _put(time, "sleep", _sleep)
            _put(threading.Thread, "start", _start)
        actor = _actors.setdefault(thread, Actor(thread))
        actor.watchers += 1
        return actor


def unwatch(thread):
    """Undo one watch(thread); after the last, what was replaced is as it was before."""
    with _lock:
        actor = _actors[thread]
        actor.watchers -= 1
        if not actor.watchers:
            del _actors[thread]
        if not _actors:
            _take_away()


def _put(owner, name, own):
    """Put our own function in the place of another one."""
    _replaced.append((owner, name, own, vars(owner).get(name, _INHERITED)))
    setattr(owner, name, own)


def _take_away():
    """Put back what was replaced; where somebody else has put something there meanwhile, that stays."""
    while _replaced:
        owner, name, own, before = _replaced.pop()
        if vars(owner).get(name) is not own:
            continue
        if before is _INHERITED:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


def current():
    """The Actor of the running thread; None if nobody watches it."""
    # not current_thread(): where threading knows no such thread, that makes one which stays
    thread = threading._active.get(threading.get_ident())
    return _actors.get(thread)


def alone():
    """Whether no other watched thread runs: nobody could wake this one up."""
    others = (thread for thread in list(_actors) if thread is not threading.current_thread())
    return not any(thread.is_alive() for thread in others)


def original(name):
    """Return the socket method as the standard library has it, which no tap sees."""
    return _ORIGINAL[name]


def sleeps():
    """Return time.sleep as the standard library has it, and what stands in its place."""
    return _ORIGINAL_SLEEP, _sleep


def start_unseen(thread):
    """Start a thread as the standard library does, which no tap sees."""
    _ORIGINAL_START(thread)


# what was replaced: (owner, name, our own, what stood there itself); the last of it on the class below
_replaced: list[tuple[Any, str, object, object]] = []
_INHERITED = object()
_ORIGINAL_START = threading.Thread.start
_ORIGINAL = {name: getattr(SOCKET, name) for name in METHODS}
_ORIGINAL_SETTIMEOUT = SOCKET.settimeout
_ORIGINAL_SLEEP = time.sleep
# socket → the time limit that was set where time stands still
_limits: weakref.WeakKeyDictionary[socket.socket, float] = weakref.WeakKeyDictionary()


@functools.wraps(_ORIGINAL_START)
def _start(thread):
    """Start a thread. One that a watched thread starts may be adopted by the same owner."""
    actor = _actors.get(threading.current_thread())
    if actor is not None and actor.pace.adopt is not None:
        actor.pace.adopt(thread)
    _ORIGINAL_START(thread)


@functools.wraps(_ORIGINAL_SLEEP)
def _sleep(seconds):
    """Sleep. A watched thread wakes when it has to stop; where time stands still, it is one of its calls."""
    actor = _actors.get(threading.current_thread())
    if actor is not None and actor.pace.held and actor.doing is None and seconds > 0:
        actor.sleep("sleep", seconds)
        return
    if actor is not None and actor.pace.driven and not actor.pace.waits_in:
        actor.pace.waits_in = "sleep"
        try:
            seconds = actor.pace.sleep(seconds)
        finally:
            actor.pace.waits_in = None
    ends = monotonic() + seconds
    while actor is not None and (left := ends - monotonic()) > PATIENCE_S:
        _ORIGINAL_SLEEP(PATIENCE_S)
        if actor.stopping:
            raise Stopped
        seconds = max(left - PATIENCE_S, 0)
    _ORIGINAL_SLEEP(seconds)


@functools.wraps(_ORIGINAL_SETTIMEOUT)
def _settimeout(sock, value):
    """Set a time limit. Where time stands still it is only noted: it runs out when the stage says so."""
    actor = _actors.get(threading.current_thread())
    _limits.pop(sock, None)
    if (
        actor is not None
        and actor.time_stands_still
        and isinstance(value, (int, float))
        and value > 0
    ):
        _limits[sock], value = value, None
    _ORIGINAL_SETTIMEOUT(sock, value)


def _watched(name, method):
    """Return a method, by its name, with a note before and after it for watched threads."""
    current_thread = threading.current_thread

    @functools.wraps(method)
    def watched(sock, *args, **kwargs):
        actor = _actors.get(current_thread())
        if actor is None or actor.doing is not None or actor.pace.waits_in:
            return method(sock, *args, **kwargs)
        if sys._getframe(1).f_code.co_name in INNER:
            return method(sock, *args, **kwargs)
        if name in SCATTERED and args and isinstance(args[0], Iterator):
            args = (list(args[0]), *args[1:])  # it gives its buffers only once
        if name == "close" and (actor.stopping or sock.fileno() == -1):
            # no event: the thread ends, or it was closed
            return method(sock, *args, **kwargs)
        try:
            if actor.pace.held:
                actor.may_wait = name in READING and _may_wait(name, sock, args, kwargs)
            actor.begin(name, sock, _argument(name, args, kwargs))
            result = _carried_out(method, name, actor, sock, args, kwargs)
        except BaseException as error:
            # without the traceback, which keeps the learner's sockets alive
            actor.end(copy.copy(error))
            raise
        if name == "close" and sock.fileno() != -1:
            actor.end(sock._io_refs)
        else:
            actor.end(_result(name, args, kwargs, result))
        return result

    return watched


def _carried_out(method, name, actor, sock, args, kwargs):
    """Make the call that an actor is in: first wait, as its pace says, for what it needs; return what it gives."""
    if actor.time_stands_still and name in READING and _may_wait(name, sock, args, kwargs):
        actor.await_readable(_at_least(name, args, kwargs) if actor.pace.driven else 1)
    elif actor.pace.driven and name in SENDING and sock.fileno() != -1:
        actor.await_writable()
    if method is _ORIGINAL.get(name) and name in STANDING and _may_stand(actor, sock):
        return _stand(name, actor, sock, args)
    if name in REACHING:
        return _reach(method, actor, sock, args, kwargs)
    return method(sock, *args, **kwargs)


def _readable(sock):
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return bool(selector.select(0))
    except (OSError, ValueError):  # closed: the call fails at once
        return True


def _finds(look):
    """Whether a look at several sockets finds something; where it fails, the call does, and has not to wait."""
    try:
        return bool(_count(look(0)))
    except (OSError, ValueError):
        return True


def _will_find(look):
    """The same, also where it is still on its way inside the system."""
    deadline = monotonic() + QUIET_S
    while not _finds(look):
        if monotonic() > deadline:
            return False
        time.sleep(0.0005)
    return True


def _count(found):
    """How many things a look has found: in lists as select() gives them, in one list, or whether it was one."""
    if isinstance(found, tuple):
        return sum(map(len, found))
    return len(found) if isinstance(found, list) else int(bool(found))


def _rounded(seconds):
    """A time limit as a person would say it: asyncio's are what is left of a round one."""
    if seconds is None:
        return None
    near = float(f"{seconds:.4g}")
    return int(near) if near.is_integer() else near


def _may_stand(actor, sock):
    """Whether a call may have to wait, for as long as a person likes, for room to send or for an answer."""
    return (
        actor.pace.held
        and sock.fileno() != -1
        and sock.gettimeout() != 0
        and sock.type == socket.SOCK_STREAM
        and sock.family in NETWORKS
    )


def _stand(name, actor, sock, args):
    """Make such a call; return what it gives."""
    if name == "sendall":
        return actor.send_all(sock, *args)
    if name == "send":
        return actor.send(sock, *args)
    if name == "connect_ex":
        return actor.connect(sock, *args)
    if error := actor.connect(sock, *args):
        raise OSError(error, os.strerror(error))
    return None


def _send_some(sock, data, *flags):
    """Send as much as there is room for; return how many bytes that was."""
    with _at_once(sock):
        try:
            return _ORIGINAL["send"](sock, data, *flags)
        except BlockingIOError:
            return 0


@contextlib.contextmanager
def _at_once(sock):
    """In here no call of this socket waits."""
    before = sock.gettimeout()
    _ORIGINAL_SETTIMEOUT(sock, 0)
    try:
        yield
    finally:
        _ORIGINAL_SETTIMEOUT(sock, before)


def _reach(method, actor, sock, args, kwargs):
    """Call a method that may reach somebody, unless that is refused."""
    call = actor.doing
    # sendto(data[, flags], address), sendmsg(buffers[, data[, flags[, address]]])
    places = {"sendto": args[-1:], "sendmsg": args[3:]}
    (address,) = places.get(call.name, (call.argument,)) or (None,)
    error = actor.pace.refusal(call, sock, address)
    if error is None:
        return method(sock, *args, **kwargs)
    if call.name == "connect_ex":
        return error.errno
    raise error


def _may_wait(name, sock, args, kwargs):
    """Whether a reading call may wait: not where it fails at once, or was told not to wait."""
    if sock.fileno() == -1:  # closed: it fails, and says so
        return False
    if sock.gettimeout() == 0 and not _actors[threading.current_thread()].pace.driven:
        return False
    if name == "accept":
        return not args
    try:
        if sock.type == socket.SOCK_STREAM:
            sock.getpeername()
        size = _room(name, args[0]) if name.endswith("_into") else args[0].__index__()
        return size > 0 and not _flags(name, args, kwargs) & getattr(socket, "MSG_DONTWAIT", 0)
    except (OSError, TypeError, AttributeError, IndexError):
        return False


def _at_least(name, args, kwargs):
    """How many bytes a reading call waits for: it is told to wait for all, or goes on with the first."""
    everything = name == "recv" and _flags(name, args, kwargs) & getattr(socket, "MSG_WAITALL", 0)
    return args[0] if everything else 1


def _flags(name, args, kwargs):
    flags = args[1:] if name in ("recv", "recvfrom") else args[2:]
    return flags[0] if flags else kwargs.get("flags", 0)


def _argument(name, args, kwargs):
    """What a call was given, as a Call keeps it. Whether it makes sense is for the real method to say."""
    first = args[0] if args else kwargs.get("buffer")
    if type(first) is bytes:
        return first
    try:
        if name in SENDING:
            return b"".join(map(memoryview, first if name in SCATTERED else [first]))
        if name.endswith("_into"):
            return (
                args[1] if len(args) > 1 and name not in SCATTERED else kwargs.get("nbytes", 0)
            ) or _room(name, first)
    except TypeError:
        pass
    return first


def _room(name, buffers):
    """How many bytes there is room for."""
    return sum(
        memoryview(buffer).nbytes for buffer in (buffers if name in SCATTERED else [buffers])
    )


def _result(name, args, kwargs, result):
    """What a call gave, as a Call keeps it: the bytes, also where they went into the caller's own buffers."""
    if name not in RECEIVING or (name == "recv" and len(args) == 1):
        return result
    # bytes, or how many went into the buffers
    came = result[0] if isinstance(result, tuple) else result
    if _flags(name, args, kwargs) & socket.MSG_PEEK:  # it only looked: they will come again
        return came if isinstance(came, int) else len(came)
    if not isinstance(came, int):
        return came
    first = args[0] if args else kwargs["buffer"]
    return b"".join(
        memoryview(buffer).cast("B") for buffer in (first if name in SCATTERED else [first])
    )[:came]


def where(below=3):
    """The innermost place in the actor's own code: not the standard library's, not recv_exactly.

    below: how many frames are certainly not: begin and watched, or what stands in for input.
    """
    frame = innermost = sys._getframe(below)
    while frame is not None and (
        is_helper(frame.f_code.co_filename) or frame.f_code.co_name in _COMPREHENSIONS
    ):
        frame = frame.f_back
    frame = frame or innermost
    return Where(frame.f_code.co_name, frame.f_lineno, frame.f_code.co_filename)


@functools.cache
def is_helper(file):
    """Whether a file is not the actor's own code, but the standard library's, recv_exactly's or the lab's."""
    if file.startswith((_STANDARD_LIBRARY, "<frozen ")) and "site-packages" not in file:
        return True
    return file.startswith(HELPERS) and file != LESSON
