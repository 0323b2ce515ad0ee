"""The one clock that judged code can see: it stands still, and is moved by the judge alone.

While it stands in, the functions of time, and now() and today() of datetime, all tell it, under whatever name they
are fetched. Sleeping moves it, and a time limit that runs out; else no time passes. The moment at which a submission
is loaded and the one at which a case begins are always the same two, which share no number, so that what tells
them is told from all else, and from each other. Whoever judges goes by the real clock: names fetched before.
"""

import contextlib
import datetime
import functools
import itertools
import os
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lenproto import answers

NS = 1_000_000_000  # in a second
ZONE = "IST-2"  # POSIX: two hours before UTC, so that the hour tells local time from UTC
FIRST_NS = 86_413 * NS  # what monotonic() and perf_counter() tell when a process begins
# so often in a row one may ask it before it counts as waiting: then every deadline is met soon
MOST_ASKED = 2000
LEAP, LEAST_LEAP_S = (
    0.05,
    0.001,
)  # it goes on by this part of what it has gone since, and at least so much
MOST_S = 3_000_000_000  # that it moves in all: no calendar ends before
ADDRESS = r"0x[0-9a-f]+"  # of memory, as Python shows it
NAMED = re.compile(r"[^\W\d_]{3,}")  # a word, such as a month in any language

_DATE, _DATETIME = datetime.date, datetime.datetime
_localtime, _gmtime = time.localtime, time.gmtime


def _moment(*fields: int) -> int:
    """A moment of UTC in nanoseconds since 1970."""
    moment = _DATETIME(*fields, tzinfo=datetime.UTC)  # type: ignore[misc, arg-type]
    return int(moment.replace(microsecond=0).timestamp()) * NS + moment.microsecond * 1000


# every field has two digits that no other one has, here and in UTC; moving on, the second soon ends the minute
LOADING = _moment(2031, 11, 28, 15, 47, 54, 437_291)
JUDGING = _moment(2036, 12, 23, 19, 45, 58, 654_321)


class Clock:
    """What it tells, and told: moments has every moment since it was set, in nanoseconds since 1970."""

    def __init__(self) -> None:
        self.stands_in = False
        self.moments = [LOADING]
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
        by = int(min(max(seconds, 0), MOST_S - self._gone / NS) * NS)
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

    def _note(self) -> None:
        """Somebody asks. Who asks again and again, and does nothing else, waits until it is late."""
        self._asked += 1
        if self._asked == MOST_ASKED:
            self._since = self.gone_s
        if self._asked > MOST_ASKED:
            with self._lock:
                self._move(max((self.gone_s - self._since) * LEAP, LEAST_LEAP_S))


CLOCK = Clock()


# ---- what stands in ----


class _Told:
    """Stands for a built-in function. It is none of Python's, which would become a method in a class."""

    def __init__(self, original: Any, tell: Callable[..., Any]) -> None:
        self._original, self._tell = original, tell
        self.__name__, self.__doc__ = original.__name__, original.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return (self._tell if CLOCK.stands_in else self._original)(*args, **kwargs)

    def __repr__(self) -> str:
        return repr(self._original)


class _ToldByClass:
    """The same for a class method of date or datetime, whose class comes first."""

    def __init__(self, kind: type, name: str, tell: Callable[..., Any]) -> None:
        self._kind, self._name, self._tell = kind, name, tell

    def __get__(self, instance: object, owner: type) -> _Told:
        return _Told(getattr(self._kind, self._name), functools.partial(self._tell, owner))


class _Kind(type):
    """So that every date is one of the stand-in, too, wherever it comes from."""

    def __instancecheck__(cls, instance: object) -> bool:
        real = vars(cls).get("real")
        return isinstance(instance, real) if real else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        real = vars(cls).get("real")
        return issubclass(subclass, real) if real else super().__subclasscheck__(subclass)


def _stand_in(kind: Any, **told: Callable[..., Any]) -> Any:
    """A class that is as the given one, but for the class methods that tell the clock."""

    def shown(self: object) -> str:
        # the C code leaves out the module of what is not its own
        text = kind.__repr__(self)
        return f"datetime.{text}" if type(self) is made else text

    names = {name: _ToldByClass(kind, name, tell) for name, tell in told.items()}
    more = {"__module__": "datetime", "__doc__": kind.__doc__, "__repr__": shown, "real": kind}
    made = _Kind(kind.__name__, (kind,), more | names)
    return made


def _now(cls: Any, tz: Any = None) -> Any:
    return cls.fromtimestamp(CLOCK.wall_s, tz)


def _utcnow(cls: Any) -> Any:
    return cls.fromtimestamp(CLOCK.wall_s, datetime.UTC).replace(tzinfo=None)


def _today(cls: Any) -> Any:
    return cls.fromtimestamp(CLOCK.wall_s)


def _of_the_moment(original: Callable[..., Any]) -> Callable[..., Any]:
    """localtime, gmtime or ctime: seconds that are not given are those of now."""
    return lambda seconds=None, /: original(CLOCK.wall_s if seconds is None else seconds)


def _asctime(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *fields: original(*fields or (_localtime(CLOCK.wall_s),))


def _strftime(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda form, *fields: original(form, *fields or (_localtime(CLOCK.wall_s),))


def _gettime(original: Callable[..., Any]) -> Callable[..., Any]:
    """clock_gettime or clock_gettime_ns; what a process has computed is told as it is."""
    unit = 1 if original.__name__.endswith("_ns") else NS
    walls = {getattr(time, name, None) for name in ("CLOCK_REALTIME", "CLOCK_TAI")}
    steady = ("MONOTONIC", "MONOTONIC_RAW", "BOOTTIME", "HIGHRES", "UPTIME", "UPTIME_RAW")
    steadies = {getattr(time, f"CLOCK_{name}", None) for name in steady}

    def tell(number: int, /) -> Any:
        if number in walls | steadies:
            told = CLOCK.wall_ns if number in walls else CLOCK.steady_ns
            return told if unit == 1 else told / unit
        return original(number)

    return tell


_TELLS: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "time": lambda _: lambda: CLOCK.wall_s,
    "time_ns": lambda _: lambda: CLOCK.wall_ns,
    "monotonic": lambda _: lambda: CLOCK.steady_ns / NS,
    "monotonic_ns": lambda _: lambda: CLOCK.steady_ns,
    "perf_counter": lambda _: lambda: CLOCK.steady_ns / NS,
    "perf_counter_ns": lambda _: lambda: CLOCK.steady_ns,
    "localtime": _of_the_moment,
    "gmtime": _of_the_moment,
    "ctime": _of_the_moment,
    "asctime": _asctime,
    "strftime": _strftime,
    "clock_gettime": _gettime,
    "clock_gettime_ns": _gettime,
}
_date = _stand_in(_DATE, today=_today)
_datetime = _stand_in(_DATETIME, now=_now, utcnow=_utcnow, today=_today)
_STAND_INS: dict[tuple[Any, str], Any] = {
    **{
        (time, name): _Told(getattr(time, name), tell(getattr(time, name)))
        for name, tell in _TELLS.items()
        if hasattr(time, name)
    },
    (datetime, "date"): _date,
    (datetime, "datetime"): _datetime,
    (answers, "datetime"): _datetime,  # fetched before; a submission may use its table
    # fetched before, too: by these the library tells how long it still has to wait for another thread
    **{
        (owner, name): _Told(getattr(owner, name), _TELLS["monotonic"](None))
        for owner, name in ((queue, "time"), (threading, "_time"))
        if hasattr(owner, name)
    },
}


@contextlib.contextmanager
def standing() -> Iterator[None]:
    """In here the clock stands, at the moment of loading. Not within itself."""
    originals = {(owner, name): getattr(owner, name) for owner, name in _STAND_INS}
    zone = os.environ.get("TZ")
    CLOCK.set(LOADING)
    _set_zone(ZONE)
    for (owner, name), told in _STAND_INS.items():
        setattr(owner, name, told)
    CLOCK.stands_in = True
    try:
        yield
    finally:
        CLOCK.stands_in = False
        for (owner, name), original in originals.items():
            setattr(owner, name, original)
        _set_zone(zone)


def _set_zone(zone: str | None) -> None:
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    if hasattr(time, "tzset"):
        time.tzset()


def shown(moment: int) -> str:
    """A moment as a person reads it, here."""
    return _DATETIME.fromtimestamp(moment // NS).strftime("%Y-%m-%d %H:%M:%S")


# ---- whether a text tells it ----


def tells(text: str, moments: Iterable[int]) -> bool:
    """Whether a text tells the date or the time of one of these moments, in whatever format."""
    return _names_day(text, moments) or fields_told(text, moments) > 1


def fields_told(text: str, moments: Iterable[int]) -> int:
    """How many fields of one of these moments a text tells, if it tells the date or the time at all."""
    runs = re.findall(r"\d+", re.sub(ADDRESS, "", text))
    digits, numbers = "".join(runs), set(runs)
    numbers |= {word.lower() for word in NAMED.findall(text)}
    for run in runs:  # such as 20361223
        numbers |= {run[at : at + 2] for at in range(len(run) % 2, len(run), 2)}
    return max((_told(digits, numbers, moment) for moment in set(moments)), default=0)


def first_wrong(text: str, told: Iterable[int], now: int) -> int:
    """Where a text that tells one of some moments first differs from what it would tell now; 0 if that is not known.

    A character: the first of a field's which none of the forms of now goes on with.
    """
    right, names = _all_forms(now), {form for each in told for form in _all_forms(each)}
    for match in re.finditer(r"\d+|[^\W\d_]+", text):
        field = match[0].lower()
        if field not in right and (field.isdecimal() or field in names):
            return match.start() + max(_common(field, form) for form in right)
    return 0


def _common(one: str, other: str) -> int:
    """How many characters at the beginning of two texts are the same."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _all_forms(moment: int) -> set[str]:
    """All that may tell a moment, or a part of it: numbers and names in small letters."""
    here, utc = _localtime(moment // NS), _gmtime(moment // NS)
    days = {
        _DATE(*each[:3]).strftime(form).lower() for each in (here, utc) for form in ("%A", "%a")
    }
    forms = {form for forms in _forms(here, utc).values() for form in forms}
    return {*days, *forms, *_since(moment, here, utc)}


def _since(moment: int, here: time.struct_time, utc: time.struct_time) -> set[str]:
    """The seconds since 1970: some count them from 1970 of this place, or round."""
    ahead = (here.tm_yday - utc.tm_yday) * 86_400 + (here.tm_hour - utc.tm_hour) * 3600
    return {str(moment // NS + by + more) for by in (0, ahead, -ahead) for more in (0, 1)}


def _told(digits: str, numbers: set[str], moment: int) -> int:
    """The same for one moment; digits are all that there are in a text, numbers those that stand together."""
    here, utc = _localtime(moment // NS), _gmtime(moment // NS)
    forms = _forms(here, utc)
    if any(seconds in digits for seconds in _since(moment, here, utc)):
        return len(forms)
    told = {name for name, its in forms.items() if its & numbers}
    return len(told) if any(pair <= told for pair in _TOGETHER) else 0


# what tells a date or a time if both are there: else it may be any two numbers
_TOGETHER = [
    {"year", "day"},
    {"month", "day"},
    {"year", "day of the year"},
    {"year", "week"},
    {"hour", "minute"},
    {"minute", "second"},
]


def _forms(here: time.struct_time, utc: time.struct_time) -> dict[str, set[str]]:
    """The fields of a moment, each in all its forms, here and in UTC."""
    both = (here, utc)
    return {
        "year": {form for each in both for form in (str(each.tm_year), str(each.tm_year % 100))},
        "month": {form for each in both for form in (*_with_zero(each.tm_mon), *_names(each))},
        "day": {form for each in both for form in _with_zero(each.tm_mday)},
        "week": {str(_DATE(*each[:3]).isocalendar()[1]) for each in both},
        "day of the year": {str(each.tm_yday) for each in both},
        "hour": {
            form
            for each in both
            for hour in (each.tm_hour, each.tm_hour % 12)
            for form in _with_zero(hour)
        },
        "minute": {f"{each.tm_min:02}" for each in both},
        "second": {f"{each.tm_sec:02}" for each in both},
    }


def _names(fields: time.struct_time) -> list[str]:
    """How a month is called, whole and short."""
    return [_DATE(*fields[:3]).strftime(form).lower() for form in ("%B", "%b")]


def _with_zero(number: int) -> set[str]:
    return {str(number), f"{number:02}"}


def _names_day(text: str, moments: Iterable[int]) -> bool:
    """Whether a text has the number of a day and a word beside it, such as the name of a month in any language."""
    days = {
        str(zone(each // NS).tm_mday) for each in set(moments) for zone in (_localtime, _gmtime)
    }
    return any(NAMED.search(text) and number in days for number in re.findall(r"\d+", text))
