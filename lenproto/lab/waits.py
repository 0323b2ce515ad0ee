"""Stands in for the ways to wait that are no method of a socket: select, poll and selectors, and for the clock.

Where a thread is held before each call, on a stage, such a wait is one of its calls: it goes on when there is
something, or when its time limit is let run out. The time that passes so is told by the clocks that it looks at,
and no real time is. All others pass straight through.
"""

import contextlib
import functools
import select
import selectors
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from lenproto.lab import tap

LOOP = "asyncio.base_events"  # the module that waits for all that asyncio waits for
_CLOCKS = ("time", "monotonic", "perf_counter")
KINDS = [  # of selectors
    kind
    for kind in vars(selectors).values()
    if isinstance(kind, type)
    and issubclass(kind, selectors.BaseSelector)
    and "select" in vars(kind)
    and kind is not selectors.BaseSelector
]
_lock = threading.Lock()
_users = 0  # how many are inside of stand_in
_replaced: list[tuple[Any, str, Any, Any]] = []  # owner, name, our own, what stood there


@contextlib.contextmanager
def stand_in(*spaces: dict[str, Any]) -> Iterator[None]:
    """In here, who is held may wait in any of these ways. spaces: globals that may have fetched a name before."""
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            for (owner, name), own in _STAND_INS.items():
                _replaced.append((owner, name, own, vars(owner)[name]))
                setattr(owner, name, own)
    try:
        with contextlib.ExitStack() as stack:
            for space in spaces:
                stack.enter_context(_fetched(space))
            yield
    finally:
        with _lock:
            _users -= 1
            while not _users and _replaced:
                owner, name, own, before = _replaced.pop()
                if vars(owner)[name] is own:  # else somebody has put something else there
                    setattr(owner, name, before)


@contextlib.contextmanager
def _fetched(space: dict[str, Any]) -> Iterator[None]:
    """In here, from time import sleep and its like, done before, give what stands in, too."""
    own = {id(_ORIGINAL[key]): stand_in for key, stand_in in _STAND_INS.items()}
    original, watched = tap.sleeps()
    own[id(original)] = watched
    before = {name: each for name, each in space.items() if id(each) in own}
    space.update((name, own[id(each)]) for name, each in before.items())
    try:
        yield
    finally:
        for name, each in before.items():
            if space.get(name) is own[id(each)]:
                space[name] = each


def _held() -> Any:
    """The Actor of the running thread, if it is held before its calls, and is in none; None otherwise."""
    actor = tap.current()
    return actor if actor and actor.pace.held and actor.doing is None else None


def _select(method: Any) -> Any:
    @functools.wraps(method)
    def held(readers: Any, writers: Any, others: Any, timeout: float | None = None) -> Any:
        actor = _held()
        if actor is None or (timeout is not None and timeout <= 0):
            return method(readers, writers, others, timeout)
        lists = list(readers), list(writers), list(others)
        if timeout and not any(lists):
            time.sleep(timeout)
            return [], [], []
        return actor.wait("select", lambda seconds: method(*lists, seconds), timeout)

    return held


def _selector(method: Any) -> Any:
    @functools.wraps(method)
    def held(selector: Any, timeout: float | None = None) -> Any:
        actor = _held()
        if actor is None or (timeout is not None and timeout <= 0):
            return method(selector, timeout)
        # a loop of asyncio waits until its next timer, say of its sleep()
        timer = timeout is not None and sys._getframe(1).f_globals.get("__name__") == LOOP
        return actor.wait("select", lambda seconds: method(selector, seconds), timeout, timer)

    return held


def _poll(method: Any, units_a_second: int = 1000) -> Any:
    class Poll:
        """What select.poll() gives; or epoll(), whose time limits are in seconds."""

        fromfd = getattr(method, "fromfd", None)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._poll = method(*args, **kwargs)

        def poll(self, timeout: float | None = None, *args: Any, **kwargs: Any) -> Any:
            actor = _held()
            limit_s = None if timeout is None or timeout < 0 else timeout / units_a_second
            if actor is None or limit_s == 0:
                return self._poll.poll(timeout, *args, **kwargs)
            return actor.wait(
                "poll",
                lambda seconds: self._poll.poll(seconds * units_a_second, *args, **kwargs),
                limit_s,
            )

        def __enter__(self) -> Any:
            self._poll.__enter__()
            return self

        def __exit__(self, *exception: object) -> Any:
            return self._poll.__exit__(*exception)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._poll, name)

    return Poll


def _clock(method: Any) -> Any:
    @functools.wraps(method)
    def told() -> float:
        actor = tap.current()
        ahead: float = actor.pace.clock.ahead_s if actor and actor.pace.held else 0.0
        now: float = method()
        return now + ahead

    return told


_ORIGINAL: dict[tuple[Any, str], Any] = {
    (owner, name): vars(owner)[name]
    for owner, name in [
        (select, "select"),
        *((select, name) for name in ("poll", "epoll") if hasattr(select, name)),
        *((kind, "select") for kind in KINDS),
        *((time, name) for name in _CLOCKS),
    ]
}
_MAKERS: dict[str, Any] = {
    "poll": _poll,
    "epoll": functools.partial(_poll, units_a_second=1),
    **dict.fromkeys(_CLOCKS, _clock),
}
_STAND_INS: dict[tuple[Any, str], Any] = {
    (owner, name): (_MAKERS.get(name, _select) if not isinstance(owner, type) else _selector)(
        method
    )
    for (owner, name), method in _ORIGINAL.items()
}
