"""The one clock that judged code can see: it stands still, and is moved by the judge alone.

While it stands in, the functions of time, and now() and today() of datetime, all tell it, under whatever name they
are fetched. Sleeping moves it, and a time limit that runs out; else no time passes. The moment at which a submission
is loaded and the one at which a case begins are always the same two, which share no number, so that what tells
them is told from all else, and from each other. Whoever judges goes by the real clock: names fetched before.
"""

import contextlib
import datetime
import itertools
import os
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lenproto import answers
from lenproto.lab.clock import NS, Clock, Told, functions, tell_steady

ZONE = "IST-2"  # POSIX: two hours before UTC, so that the hour tells local time from UTC
# so often in a row one may ask it before it counts as waiting: then every deadline is met soon
MOST_ASKED = 2000
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


CLOCK = Clock(LOADING, MOST_ASKED)
_stands_in = False  # CLOCK, for the real one


def _clock() -> Clock | None:
    """The clock of whoever asks."""
    return CLOCK if _stands_in else None


# ---- what stands in ----


class _ToldByClass:
    """Stands for a class method of date or datetime, whose class comes first."""

    def __init__(self, kind: type, name: str, tell: Callable[..., Any]) -> None:
        self._kind, self._name, self._tell = kind, name, tell

    def __get__(self, instance: object, owner: type) -> Told:
        def tell(clock: Clock, *args: Any, **kwargs: Any) -> Any:
            return self._tell(owner, *args, **kwargs)

        return Told(getattr(self._kind, self._name), tell, _clock)


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


_date = _stand_in(_DATE, today=_today)
_datetime = _stand_in(_DATETIME, now=_now, utcnow=_utcnow, today=_today)
_STAND_INS: dict[tuple[Any, str], Any] = {
    **{(time, name): told for name, told in functions(_clock).items()},
    (datetime, "date"): _date,
    (datetime, "datetime"): _datetime,
    (answers, "datetime"): _datetime,  # fetched before; a submission may use its table
    # fetched before, too: by these the library tells how long it still has to wait for another thread
    **{
        (owner, name): Told(getattr(owner, name), tell_steady, _clock)
        for owner, name in ((queue, "time"), (threading, "_time"))
        if hasattr(owner, name)
    },
}


@contextlib.contextmanager
def standing() -> Iterator[None]:
    """In here the clock stands, at the moment of loading. Not within itself."""
    global _stands_in
    originals = {(owner, name): getattr(owner, name) for owner, name in _STAND_INS}
    zone = os.environ.get("TZ")
    CLOCK.set(LOADING)
    _set_zone(ZONE)
    for (owner, name), told in _STAND_INS.items():
        setattr(owner, name, told)
    _stands_in = True
    try:
        yield
    finally:
        _stands_in = False
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
    text = re.sub(ADDRESS, "", text)
    return any(NAMED.search(text) and number in days for number in re.findall(r"\d+", text))
