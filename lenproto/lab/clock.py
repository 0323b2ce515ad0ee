"""A clock that stands still, and is moved by whoever lets a program run: the judge, or a stage.

The functions of time tell it to the code that is run there, and the real time to everybody else.
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Any

NS = 1_000_000_000  # in a second
FIRST_NS = 86_413 * NS  # what monotonic() and perf_counter() tell when it is new
LEAP = 0.05  # it goes on by this part of what it has gone since it is asked again and again
LEAST_LEAP_S = 0.001  # and at least so much
MOST_S = 3_000_000_000  # that it moves in all: no calendar ends before

_localtime = time.localtime


class Clock:
    """What it tells, and told: moments has every moment since it was set, in nanoseconds since 1970.

    most_asked is how often in a row one may ask before it counts as waiting: then it moves on with
    each question, so that every deadline is met soon.
    """

    def __init__(self, moment: int, most_asked: int) -> None:
        self.moments = [moment]
        self._most_asked = most_asked
        self._gone = 0  # nanoseconds by which it was moved, in all
        self._asked = 0  # how often since then
        self._since = 0.0  # gone_s when that began to move it
        self._lock = threading.Lock()

    def set(self, moment: int) -> None:
        """Let it stand at a moment. No time has passed meanwhile: monotonic() tells what it told."""
        with self._lock:
            self.moments = [moment]
            self._asked = 0

    def move(self, seconds: float) -> None:
        """Let so much time pass."""
        with self._lock:
            self._asked = 0
            self._move(seconds)

    def _move(self, seconds: float) -> None:
        # rounded up: who waits until a moment finds it come
        by = math.ceil(min(max(seconds, 0), MOST_S - self._gone / NS) * NS)
        if by > 0:
            self._gone += by
            self.moments.append(self.moments[-1] + by)

    @property
    def gone_s(self) -> float:
        """Seconds by which it was moved, in all."""
        return self._gone / NS

    @property
    def wall_ns(self) -> int:
        """Nanoseconds since 1970, for the code that asks."""
        self._note()
        return self.moments[-1]

    @property
    def wall_s(self) -> float:
        return self.wall_ns / NS

    @property
    def steady_ns(self) -> int:
        """The same of a clock that nobody sets."""
        self._note()
        return FIRST_NS + self._gone

    def goes_on(self) -> None:
        """Who asks has done something meanwhile: it did not only wait."""
        self._asked = 0

    def _note(self) -> None:
        """Somebody asks. Who asks again and again, and does nothing else, waits until it is late."""
        self._asked += 1
        if self._asked == self._most_asked:
            self._since = self.gone_s
        if self._asked > self._most_asked:
            with self._lock:
                self._move(max((self.gone_s - self._since) * LEAP, LEAST_LEAP_S))


Find = Callable[[], Clock | None]  # the clock of the code that asks; None: the real one


class Told:
    """Stands for a built-in function. It is none of Python's, which would become a method in a class."""

    def __init__(self, original: Any, tell: Callable[..., Any], clock: Find) -> None:
        """tell(clock, …) tells what original(…) would of a clock."""
        self._original, self._tell, self._clock = original, tell, clock
        self.__name__, self.__doc__ = original.__name__, original.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        clock = self._clock()
        if clock is None:
            return self._original(*args, **kwargs)
        return self._tell(clock, *args, **kwargs)

    def __repr__(self) -> str:
        return repr(self._original)


def functions(clock: Find) -> dict[str, Told]:
    """The functions of time that tell what time it is, by name, told by a clock."""
    return {
        name: Told(getattr(time, name), tell(getattr(time, name)), clock)
        for name, tell in _TELLS.items()
        if hasattr(time, name)
    }


def tell_steady(clock: Clock) -> float:
    """What monotonic() tells."""
    return clock.steady_ns / NS


def _of_the_moment(original: Callable[..., Any]) -> Callable[..., Any]:
    """localtime, gmtime or ctime: seconds that are not given are those of now."""
    return lambda clock, seconds=None, /: original(clock.wall_s if seconds is None else seconds)


def _asctime(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda clock, *fields: original(*fields or (_localtime(clock.wall_s),))


def _strftime(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda clock, form, *fields: original(form, *fields or (_localtime(clock.wall_s),))


def _gettime(original: Callable[..., Any]) -> Callable[..., Any]:
    """clock_gettime or clock_gettime_ns; what a process has computed is told as it is."""
    unit = 1 if original.__name__.endswith("_ns") else NS
    walls = {getattr(time, name, None) for name in ("CLOCK_REALTIME", "CLOCK_TAI")}
    steady = ("MONOTONIC", "MONOTONIC_RAW", "BOOTTIME", "HIGHRES", "UPTIME", "UPTIME_RAW")
    steadies = {getattr(time, f"CLOCK_{name}", None) for name in steady}

    def tell(clock: Clock, number: int, /) -> Any:
        if number in walls | steadies:
            told = clock.wall_ns if number in walls else clock.steady_ns
            return told if unit == 1 else told / unit
        return original(number)

    return tell


_TELLS: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "time": lambda _: lambda clock: clock.wall_s,
    "time_ns": lambda _: lambda clock: clock.wall_ns,
    "monotonic": lambda _: tell_steady,
    "monotonic_ns": lambda _: lambda clock: clock.steady_ns,
    "perf_counter": lambda _: tell_steady,
    "perf_counter_ns": lambda _: lambda clock: clock.steady_ns,
    "localtime": _of_the_moment,
    "gmtime": _of_the_moment,
    "ctime": _of_the_moment,
    "asctime": _asctime,
    "strftime": _strftime,
    "clock_gettime": _gettime,
    "clock_gettime_ns": _gettime,
}
