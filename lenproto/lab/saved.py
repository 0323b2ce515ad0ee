"""A trace in a file, as JSON."""

import builtins
import json
import reprlib
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path, PurePath
from typing import Any

from lenproto.lab.call import Call, Where
from lenproto.lab.notes import Notes
from lenproto.words import say

FORMAT = "lenproto trace 1"  # of a saved trace


def save(
    path: str | PathLike[str],
    calls: Iterable[Call],
    whole: Iterable[int],
    notes: Mapping[str, Notes],
) -> None:
    """Write what a trace holds to a file. Raises OSError."""
    text = json.dumps(
        {
            "format": FORMAT,
            "whole": sorted(whole),
            "calls": [
                {name: _packed(getattr(call, name)) for name in Call.__slots__} for call in calls
            ],
            "notes": {actor: each.packed() for actor, each in notes.items()},
        },
        indent=1,
    )
    Path(path).write_text(text + "\n", encoding="utf-8")


def load(path: str | PathLike[str]) -> tuple[list[Call], set[int], dict[str, Notes]]:
    """Return what save() wrote: calls, whole, notes. Raises OSError, or ValueError if the file holds something else."""
    try:
        saved = json.loads(Path(path).read_text(encoding="utf-8"))
        if saved["format"] != FORMAT:
            raise ValueError
        calls = [
            Call(**{name: _unpacked(value) for name, value in call.items()})
            for call in saved["calls"]
        ]
        notes = {actor: Notes.unpacked(each) for actor, each in saved["notes"].items()}
        return calls, set(saved["whole"]), notes
    except (ValueError, KeyError, TypeError, AttributeError) as error:
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
    return (kind if isinstance(kind, type) and issubclass(kind, BaseException) else OSError)(
        value["text"]
    )
