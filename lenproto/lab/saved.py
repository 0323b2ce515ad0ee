"""A trace in a file, as JSON."""

import builtins
import json
import reprlib
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from lenproto.lab.call import RECEIVING, SENDING, WAITING, Call, Where
from lenproto.lab.notes import Notes
from lenproto.words import say

Wrong = tuple[int, str, int]  # see Trace.wrong
FORMAT = "lenproto trace 1"  # of a saved trace
# what a call may be given, and give
PLAIN: tuple[type, ...] = (bytes, int, str, tuple, type(None))
TIMED = {"sleep", *WAITING}  # are given seconds
GIVES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(RECEIVING, (bytes, int)),
    **dict.fromkeys(("send", "sendto", "sendmsg"), (int,)),
    "accept": (tuple,),
}


def packed(
    calls: Iterable[Call],
    whole: Iterable[int],
    gone: Mapping[tuple[int, str], int],
    notes: Mapping[str, Notes],
    *,
    later: bool = False,
    wrong: Wrong | None = None,
) -> dict[str, Any]:
    """Return what a trace holds in JSON's terms: see Trace for what each is."""
    return {
        "format": FORMAT,
        "whole": sorted(whole),
        "gone": [[*end, calls] for end, calls in gone.items()],
        "calls": [
            {name: _packed(getattr(call, name)) for name in Call.__slots__} for call in calls
        ],
        "notes": {actor: each.packed() for actor, each in notes.items()},
        "later": later,
        "wrong": wrong,
    }


class Saved(NamedTuple):
    """What packed() was given."""

    calls: list[Call]
    whole: set[int]
    gone: dict[tuple[int, str], int]
    notes: dict[str, Notes]
    later: bool
    wrong: Wrong | None


def unpacked(saved: Any) -> Saved:
    """Return what packed() made this from. Raises ValueError if it is something else."""
    try:
        if saved["format"] != FORMAT:
            raise ValueError
        calls = [
            _checked(Call(**{name: _unpacked(value) for name, value in call.items()}))
            for call in saved["calls"]
        ]
        notes = {actor: Notes.unpacked(each) for actor, each in saved["notes"].items()}
        whole = {number for number in saved["whole"] if _is(number, int)}
        gone = {(number, side): calls for number, side, calls in saved.get("gone", ())}
        wrong = saved.get("wrong")
        if not all(map(_is_gone, gone.items())) or not (wrong is None or _is_wrong(wrong)):
            raise ValueError
        later = saved.get("later") is True
        return Saved(calls, whole, gone, notes, later, wrong and tuple(wrong))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(type(error).__name__) from error


def save(path: str | PathLike[str], saved: Mapping[str, Any]) -> None:
    """Write what packed() gave to a file. Raises OSError."""
    Path(path).write_text(json.dumps(saved, indent=1) + "\n", encoding="utf-8")


def load(path: str | PathLike[str]) -> Saved:
    """Return what was saved. Raises OSError, or ValueError if the file holds something else."""
    try:
        return unpacked(json.loads(Path(path).read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise ValueError(say("stage.trace.no-trace", path=path)) from error


def _packed(value: object) -> object:
    """A value of a Call in JSON's terms: one key says what it is, where JSON does not know."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, Where):
        # no path of this computer
        return {"where": [value.function, value.line, PurePath(value.file).name]}
    if isinstance(value, tuple):
        return {"address": list(value)}
    if isinstance(value, BaseException):
        return {"error": type(value).__name__, "text": str(value)}
    return value if value is None or isinstance(value, (int, float, str)) else reprlib.repr(value)


def _unpacked(value: Any) -> Any:
    """The value that _packed made this from. An error of a kind that Python does not know becomes an OSError."""
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes.fromhex(value["bytes"])
    if "where" in value:
        return Where(*value["where"])
    if "address" in value:
        return tuple(value["address"])
    kind = getattr(builtins, value["error"], OSError)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = OSError
    try:
        return kind(value["text"])
    except TypeError:  # one that is made of more than a text
        return OSError(value["text"])


def _checked(call: Call) -> Call:
    """The same call; ValueError where it is none that a tap could have recorded."""
    place, ended, connection = call.where, call.ended, call.connection
    done = ended is not None and not isinstance(call.result, BaseException)
    right = (
        _is(call.actor, str)
        and _is(call.name, str)
        and isinstance(place, Where)
        and all(map(_is, place, (str, int, str)))
        and isinstance(call.started, float | int)
        and isinstance(ended, float | int | None)
        and (connection is None or _is(connection, int))
        and isinstance(call.argument, (*PLAIN, float) if call.name in TIMED else PLAIN)
        and isinstance(call.result, (*PLAIN, BaseException))
        and (not done or isinstance(call.result, GIVES.get(call.name, PLAIN)))
        and not (done and call.name in SENDING and not _is(call.argument, bytes))
    )
    if not right:
        raise ValueError
    return call


def _is_gone(item: tuple[tuple[Any, Any], Any]) -> bool:
    """Whether an item of gone is one: the end of a connection, and a number of calls."""
    (number, side), calls = item
    return _is(number, int) and side in ("client", "server") and _is(calls, int)


def _is_wrong(item: Any) -> bool:
    """Whether it is a connection, the end that sent, and a byte's place."""
    number, side, at = item
    return _is(number, int) and side in ("client", "server") and _is(at, int)


def _is(value: object, kind: type) -> bool:
    """Whether a value is of exactly this kind: True is no number here."""
    return type(value) is kind
