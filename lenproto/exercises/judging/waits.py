"""Stands in for the ways round a socket's own methods: select, poll and selectors, os.read and os.write.

A function that waits there is driven like one that waits in recv: its peer goes on, and where that is silent, the time
limit is over at once. What it reads and writes there is recorded as recv and send. (For sleep, see tap.) Threads wait
for each other as they do, but the clock tells it; one that waits for nobody sleeps.
"""

import contextlib
import functools
import os
import select
import selectors
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from lenproto.exercises.judging import clock
from lenproto.lab import tap

_lock = threading.Lock()
_users = 0  # how many are inside of stand_in
_KINDS = [
    kind
    for kind in vars(selectors).values()
    if isinstance(kind, type)
    and issubclass(kind, selectors.BaseSelector)
    and "select" in vars(kind)
    and kind is not selectors.BaseSelector
]
_ORIGINAL: dict[tuple[Any, str], Any] = {
    (owner, name): vars(owner)[name]
    for owner, name in [
        (select, "select"),
        *[(select, "poll")] * hasattr(select, "poll"),
        *[(select, "epoll")] * hasattr(select, "epoll"),
        *((kind, "select") for kind in _KINDS),
        (os, "read"),
        (os, "write"),
        (threading.Condition, "wait"),
        (threading.Thread, "join"),
        (threading.Event, "wait"),
    ]
}
_START = threading.Thread.start.__code__
FRAMES = (
    4  # between the one in which a thread is started and that in which a condition is waited for
)
_standing = contextlib.ExitStack()  # of the clock, as long as anybody is inside


@contextlib.contextmanager
def stand_in() -> Iterator[None]:
    """In here, whoever is driven may wait in any way, and the clock stands still.

    Also under a name that was fetched in here: from select import select.
    """
    global _users
    # never started; as long as it is watched, the tap's own stand-ins stay, too
    idle = threading.Thread(name=__name__)
    tap.watch(idle)
    with _lock:
        _users += 1
        if _users == 1:
            _standing.enter_context(clock.standing())
            for (owner, name), method in _ORIGINAL.items():
                setattr(owner, name, _STAND_INS.get((owner, name), _selector)(method))
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                for (owner, name), method in _ORIGINAL.items():
                    setattr(owner, name, method)
                _standing.close()
        tap.unwatch(idle)


def _select(method):
    @functools.wraps(method)
    def driven(readers, writers, others, timeout=None):
        if timeout and not (readers or writers or others):
            time.sleep(timeout)
        return _drive("select", lambda limit: method(readers, writers, others, limit), timeout, any)

    return driven


def _poll(method, units_a_second=1000):
    class Poll:
        """What select.poll() gives; or epoll(), whose time limits are in seconds."""

        fromfd = getattr(method, "fromfd", None)

        def __init__(self, *args, **kwargs):
            self._poll = method(*args, **kwargs)

        def poll(self, timeout=None, *args, **kwargs):
            limit = None if timeout is None or timeout < 0 else timeout / units_a_second
            return _drive(
                "poll",
                lambda limit: self._poll.poll(
                    None if limit is None else limit * units_a_second, *args, **kwargs
                ),
                limit,
            )

        def __enter__(self):
            self._poll.__enter__()
            return self

        def __exit__(self, *exception):
            return self._poll.__exit__(*exception)

        def __getattr__(self, name):
            return getattr(self._poll, name)

    return Poll


def _epoll(method):
    return _poll(method, units_a_second=1)


def _selector(method):
    @functools.wraps(method)
    def driven(selector, timeout=None):
        # a loop of asyncio waits until its next timer, say of its sleep()
        timer = sys._getframe(1).f_globals.get("__name__") == "asyncio.base_events"
        return _drive("select", lambda limit: method(selector, limit), timeout, timer=timer)

    return driven


def _read(method):
    @functools.wraps(method)
    def driven(number, n, /):
        sock = _socket(number)
        return sock.recv(n) if sock else method(number, n)

    return driven


def _write(method):
    @functools.wraps(method)
    def driven(number, data, /):
        sock = _socket(number)
        return sock.send(data) if sock else method(number, data)

    return driven


def _condition(method):
    @functools.wraps(method)
    def driven(condition, timeout=None):
        actor = _driven_actor()
        if actor is None or (timeout is not None and timeout <= 0) or _starts_a_thread():
            return method(condition, timeout)
        # who notifies holds the lock of the condition, and so comes while one looks
        return actor.pace.rest(actor, lambda limit: method(condition, limit), timeout, condition)

    return driven


def _starts_a_thread():
    """Whether who waits does so only until a thread that it starts has begun: that one is none of the others yet."""
    frame = sys._getframe(2)
    for _ in range(FRAMES):
        if frame is None or frame.f_code is _START:
            return frame is not None
        frame = frame.f_back
    return False


def _join(method):
    @functools.wraps(method)
    def driven(thread, timeout=None):
        actor = _driven_actor()
        if actor is None or (timeout is not None and timeout <= 0):
            return method(thread, timeout)

        def look(limit):
            method(thread, limit)
            return not thread.is_alive()

        actor.pace.rest(actor, look, timeout, thread)
        return None

    return driven


def _event(method):
    @functools.wraps(method)
    def driven(event, timeout=None):
        if timeout and not event.is_set() and _driven_actor() and tap.alone():
            time.sleep(timeout)
            return event.is_set()
        return method(event, timeout)

    return driven


_STAND_INS: dict[tuple[Any, str], Any] = {
    (threading.Condition, "wait"): _condition,
    (threading.Event, "wait"): _event,
    (threading.Thread, "join"): _join,
    (select, "select"): _select,
    (select, "poll"): _poll,
    (select, "epoll"): _epoll,
    (os, "read"): _read,
    (os, "write"): _write,
}


def _driven_actor():
    """The Actor of the running thread, if it is driven, and does not wait already; None otherwise."""
    actor = tap.current()
    return (
        actor
        if actor and actor.pace.driven and not actor.doing and not actor.pace.waits_in
        else None
    )


def _socket(number):
    """The socket of this descriptor, if who runs is driven and has one; None otherwise."""
    actor = _driven_actor()
    sockets = list(actor.sockets) if actor else []
    return next((sock for sock in sockets if sock.fileno() == number), None)


def _drive(name, look, timeout, found=bool, *, timer=False):
    """Wait until look(0) finds something, as long as the peer goes on; where it is silent, until now."""
    actor = _driven_actor()
    if actor is None:
        return look(timeout)
    seen = look(0)
    try:
        actor.pace.waits_in = name
        actor.pace.limit_s = timeout if timeout is None else max(timeout, 0.0)
        actor.pace.has_timer = timer and timeout is not None
        while not found(seen):
            moved, silent = actor.pace.drive(actor), actor.pace.expired
            actor.pace.expired = False
            if not moved:  # what it did last is still on its way inside the system
                return look(timeout)
            seen = look(0)
            if silent:
                break
    finally:
        actor.pace.waits_in, actor.pace.has_timer = None, False
    return seen
