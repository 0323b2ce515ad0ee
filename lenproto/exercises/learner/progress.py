"""What a learner has done so far, kept between visits: a small JSON file in the user's data folder.

The environment variable LENPROTO_PROGRESS names another file; "off" keeps nothing on the disk. Whatever is
wrong with the file, a lesson goes on: the progress is then kept as long as this Python runs. While a notebook is
graded, there is none: what passes is not the learning of who grades it.

    {"version": 1, "functions": {NAME: {"tried": [...], "spec": true, "shock": false, "last": "2026-11-22"}}}

tried has a short hash of the code of each honest try.
"""

import contextlib
import datetime
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock
import platformdirs

from lenproto.exercises.functions import JUDGED, LEVELS, levels_of
from lenproto.exercises.learner import setting, tries
from lenproto.lab import choices
from lenproto.words import say

VERSION = 1
VARIABLE = "LENPROTO_PROGRESS"
LOCK_S = 10.0  # seconds that another notebook may take to write, on a busy computer; then we go on without waiting
LOOK_S = 0.005  # between two looks at whether it has
# what could not be kept in a file, in the form of the file
_memory: dict[str, dict[str, Any]] = {}


@dataclass
class Record:
    """The progress with one function: hashes of the honest tries, which levels passed ever, the day of the last try."""

    tried: list = field(default_factory=list)
    spec: bool = False
    shock: bool = False
    last: str = ""
    levels: tuple = LEVELS  # those that it has

    @property
    def passed(self):
        """Whether all its levels passed."""
        return all(getattr(self, level) for level in self.levels)


def path():
    """Return where the progress is kept; None where it is switched off."""
    if setting.is_graded():
        return None
    named = os.environ.get(VARIABLE, "")
    if named.lower() == setting.OFF:
        return None
    if named:
        return Path(named)
    return platformdirs.user_data_path("lenproto", appauthor=False) / "progress.json"


def recorded():
    """Return the progress, {name: Record} of functions and steps, and a sentence if the file cannot be read."""
    if setting.is_graded():
        return {name: Record(levels=levels_of(name)) for name in JUDGED}, ""
    kept, trouble = _kept()
    return {name: _record(kept, name) for name in JUDGED}, trouble


def record(function, name, report):
    """Keep that a function was judged, and what came of it; return a sentence if it could not be kept, else "".

    An untouched stub, and a function of lenproto itself, are no tries.
    """
    if setting.is_graded() or tries.is_ours(function) or tries.is_stub(function, name):
        return ""
    passed = {level: report.at(level) == "pass" for level in LEVELS}
    return _change(lambda kept: _add(kept, name, tries.fingerprint(function), passed))


def forget():
    """Forget everything; return a sentence if the file could not be removed, else ""."""
    _memory.clear()
    where = path()
    if where is None:
        return ""
    try:
        choices.forget()
        with _locked(where):
            for file in (where, _broken(where)):
                file.unlink(missing_ok=True)
    except OSError as error:
        return say("progress.file.not-forgotten", why=_why(error))
    return ""


def _record(kept, name):
    """What a file's content says of a function, as far as it makes sense."""
    said = kept["functions"].get(name)
    said = said if isinstance(said, dict) else {}
    tried = [each for each in _list(said.get("tried")) if isinstance(each, str)]
    last = said.get("last")
    return Record(
        tried,
        said.get("spec") is True,
        said.get("shock") is True,
        last if isinstance(last, str) else "",
        levels_of(name),
    )


def _list(value):
    return value if isinstance(value, list) else []


def _add(kept, name, tried, passed):
    """Note a try in what is kept. What we do not know in it, of a newer version, stays."""
    before = _record(kept, name)
    said = kept["functions"].get(name)
    kept["functions"][name] = (said if isinstance(said, dict) else {}) | {
        "tried": before.tried if tried in before.tried else [*before.tried, tried],
        "spec": before.spec or passed["spec"],
        "shock": before.shock or passed["shock"],
        "last": datetime.date.today().isoformat(),
    }


def _change(change):
    """Let change(kept) alter what is kept; return a sentence if that does not reach the file, else ""."""
    where, trouble = path(), ""
    if where is not None:
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            with _locked(where):
                kept, damaged = _read(where)
                if damaged:
                    os.replace(where, _broken(where))
                    trouble = say("progress.file.put-aside", file=where)
                change(kept)
                _write(where, kept)
            return trouble
        except OSError as error:
            trouble = say("progress.file.not-kept", why=_why(error))
    _memory.setdefault("functions", {})
    change(_memory)
    return trouble


def _kept():
    """What is kept, in the form of the file, and a sentence if the file cannot be read.

    What is only remembered stands in for it.
    """
    where = path()
    kept, trouble = {"functions": {}}, ""
    if where is not None:
        try:
            with _locked(where):
                kept, damaged = _read(where)
            trouble = say("progress.file.damaged", file=where) if damaged else ""
        except OSError as error:
            trouble = say("progress.file.unreadable", why=_why(error))
    for name in _memory.get("functions", {}):
        here, there = _record(_memory, name), _record(kept, name)
        kept["functions"][name] = {
            "tried": list(dict.fromkeys([*there.tried, *here.tried])),
            "spec": here.spec or there.spec,
            "shock": here.shock or there.shock,
            "last": max(here.last, there.last),
        }
    return kept, trouble


def _read(where):
    """The content of a file, empty if there is none; and whether it makes no sense."""
    empty = {"version": VERSION, "functions": {}}
    try:
        kept = json.loads(where.read_text("utf-8"))
        if not isinstance(kept, dict) or not isinstance(kept.get("functions"), dict):
            return empty, True
    except FileNotFoundError:
        return empty, False
    except (ValueError, RecursionError):
        return empty, True
    return kept, False


def _write(where, kept):
    """Write all at once: whoever reads meanwhile finds the old file or the new one, never half of one."""
    descriptor, new = tempfile.mkstemp(prefix=f".{where.name}.", dir=where.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
        choices.put(new, where)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def _broken(where):
    """Where a damaged file is put."""
    return where.with_name(where.name + ".broken")


def _why(error):
    return error.strerror or str(error)


@contextlib.contextmanager
def _locked(where):
    """In here no other notebook changes the file. Without locks, or where waiting takes too long, go on without."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, NotImplementedError):
            stack.enter_context(
                filelock.FileLock(
                    where.with_name(f".{where.name}.lock"), timeout=LOCK_S, poll_interval=LOOK_S
                )
            )
        yield
