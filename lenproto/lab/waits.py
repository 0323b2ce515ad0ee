"""Stands in for the ways to wait that are no method of a socket: select, poll and selectors, for other threads with
a time limit, and for the clock.

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
import types
from collections.abc import Iterator
from typing import Any

from lenproto.lab import clock, tap
from lenproto.lab.call import Where

LOOP = "asyncio.base_events"  # the module that waits for all that asyncio waits for
KINDS = [  # of selectors
    kind
    for kind in vars(selectors).values()
    if isinstance(kind, type)
    and issubclass(kind, selectors.BaseSelector)
    and "select" in vars(kind)
    and kind is not selectors.BaseSelector
]
POLLING = tuple(  # those that have a poll object
    getattr(selectors, name)
    for name in ("PollSelector", "DevpollSelector")
    if hasattr(selectors, name)
)
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
        if actor is None:
            return method(readers, writers, others, timeout)
        lists = list(readers), list(writers), list(others)
        if timeout and not any(lists):
            time.sleep(timeout)
            return [], [], []
        return actor.wait("select", lambda seconds: method(*lists, seconds), _limit(timeout))

    return held


def _selector(method: Any) -> Any:
    @functools.wraps(method)
    def held(selector: Any, timeout: float | None = None) -> Any:
        actor = _held()
        if actor is None:
            return method(selector, timeout)
        caller = sys._getframe(1)
        limit_s, loop = _limit(timeout), caller.f_globals.get("__name__") == LOOP
        place = _place(caller.f_locals["self"]) if loop else None
        if loop and limit_s == 0:  # it has something else to do, and does not wait
            return method(selector, 0)
        if loop and limit_s and len(selector.get_map()) < 2 and actor.pace.alone():
            actor.sleep("sleep", limit_s, place)  # by its pipe nobody will wake it
            return method(selector, 0)
        # a loop of asyncio waits until its next timer, say of its sleep()
        timer, look = loop and limit_s is not None, functools.partial(method, selector)
        look = _one_at_a_time(look) if isinstance(selector, POLLING) else look
        return actor.wait("select", look, limit_s, timer, place=place)

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
            if actor is None:
                return self._poll.poll(timeout, *args, **kwargs)
            return actor.wait(
                "poll",
                _one_at_a_time(lambda s: self._poll.poll(s * units_a_second, *args, **kwargs)),
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


def _one_at_a_time(look: Any) -> Any:
    """The same look, for two threads in turn: of a poll object there may be only one."""
    lock = threading.Lock()

    def locked(seconds: float) -> Any:
        with lock:
            return look(seconds)

    return locked


def _limit(timeout: float | None) -> float | None:
    """A time limit of a selector: one that is over is 0."""
    return None if timeout is None else max(timeout, 0)


def _place(loop: Any) -> Where | None:
    """Where the newest task of a loop of asyncio awaits something, in its own code; None if that is not known."""
    tasks = [each for each in sys.modules["asyncio"].all_tasks(loop) if not each.done()]
    for task in sorted(tasks, key=_age, reverse=True):
        own = [
            frame
            for frame in _frames(task.get_coro())
            if not tap.is_helper(frame.f_code.co_filename)
        ]
        if own:
            code, line = own[-1].f_code, own[-1].f_lineno
            return Where(code.co_name, line, code.co_filename)
    return None


def _age(task: Any) -> tuple[int, str]:
    """Sorts tasks by their age: Task-10 is younger than Task-9."""
    return len(task.get_name()), task.get_name()


def _frames(coroutine: Any) -> Iterator[types.FrameType]:
    """The frames of a coroutine, of what it awaits, and so on."""
    while coroutine is not None:
        if frame := getattr(coroutine, "cr_frame", None):
            yield frame
        coroutine = getattr(coroutine, "cr_await", None)


def _condition(method: Any) -> Any:
    @functools.wraps(method)
    def held(condition: Any, timeout: float | None = None) -> Any:
        actor = _held()
        if actor is None or timeout is None or timeout <= 0:
            return method(condition, timeout)
        # who notifies holds the lock of the condition, and so comes while one looks
        return _wait_for_another(actor, lambda seconds: method(condition, seconds), timeout)

    return held


def _join(method: Any) -> Any:
    @functools.wraps(method)
    def held(thread: Any, timeout: float | None = None) -> None:
        actor = _held()
        if actor is None or timeout is None or timeout <= 0:
            return method(thread, timeout)

        def look(seconds: float) -> bool:
            method(thread, seconds)
            return not thread.is_alive()

        _wait_for_another(actor, look, timeout)
        return None

    return held


def _wait_for_another(actor: Any, look: Any, timeout: float) -> Any:
    """Wait for another thread; where there is none, that is a sleep."""
    if not actor.pace.alone():
        return actor.wait("wait", look, timeout, has_timer=True, shared=False)
    actor.sleep("wait", timeout)
    return look(0)


def _clock() -> clock.Clock | None:
    """The clock of the running thread, if it is held; None: the real one."""
    actor = tap.current()
    return actor.pace.clock if actor else None


_ORIGINAL: dict[tuple[Any, str], Any] = {
    (owner, name): vars(owner)[name]
    for owner, name in [
        (select, "select"),
        *((select, name) for name in ("poll", "epoll") if hasattr(select, name)),
        *((kind, "select") for kind in KINDS),
        (threading.Condition, "wait"),
        (threading.Thread, "join"),
    ]
}
_MAKERS: dict[str, Any] = {
    "select": _select,
    "wait": _condition,
    "join": _join,
    "poll": _poll,
    "epoll": functools.partial(_poll, units_a_second=1),
}
_STAND_INS: dict[tuple[Any, str], Any] = {
    (owner, name): (_selector if owner in KINDS else _MAKERS[name])(method)
    for (owner, name), method in _ORIGINAL.items()
}
for _name, _told in clock.functions(_clock).items():
    _ORIGINAL[time, _name] = vars(time)[_name]
    _STAND_INS[time, _name] = _told
