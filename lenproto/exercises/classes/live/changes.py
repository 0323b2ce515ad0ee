"""Which files have changed: what a look at the folder shows, beside what the looks before it showed.

A look is (time, size, number of the file) for each file. What changes is not taken at once: an editor writes in
pieces, or puts another file in its place. It is ripe once two looks, a little apart, show the same.
"""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from lenproto.exercises.classes.files import files

SETTLED_S = 0.3  # for which a file stays as it is until it is read
MOST_S = 3.0  # after which it is read, even if somebody writes on and on


class Look(NamedTuple):
    """What tells one version of a file from another without reading it."""

    changed_ns: int
    size: int
    number: int


@dataclass
class _Unripe:
    look: Look
    seen_s: float  # since when it is as it is
    began_s: float  # since when it changes


class Changes:
    """Told look after look, says which files are to be read, and which are gone."""

    def __init__(self) -> None:
        self._known: dict[Path, Look] = {}
        self._unripe: dict[Path, _Unripe] = {}

    def seen(self, looks: Mapping[Path, Look], now_s: float) -> tuple[list[Path], list[Path]]:
        """Take a look in; return the files that are ripe to be read, and those that are gone."""
        gone = [path for path in self._known if path not in looks]
        for path in gone:
            del self._known[path]
        for path in [path for path in self._unripe if path not in looks]:
            del self._unripe[path]
        ripe = []
        for path, look in looks.items():
            if self._is_ripe(path, look, now_s):
                self._known[path] = look
                self._unripe.pop(path, None)
                ripe.append(path)
        return ripe, gone

    def _is_ripe(self, path: Path, look: Look, now_s: float) -> bool:
        unripe = self._unripe.get(path)
        if unripe is None:
            if self._known.get(path) != look:
                self._unripe[path] = _Unripe(look, now_s, now_s)
            return False
        if unripe.look != look:
            unripe.look, unripe.seen_s = look, now_s
        return now_s - unripe.seen_s >= SETTLED_S or now_s - unripe.began_s >= MOST_S

    @property
    def waits(self) -> bool:
        """Whether a file has changed that is not ripe: there should be another look soon."""
        return bool(self._unripe)


def look(folder: str | PathLike[str]) -> dict[Path, Look]:
    """Return what is to be seen of the files that are handed in. What vanishes meanwhile is not there.

    Raises FileNotFoundError where the folder itself is away: that does not mean that all files are gone.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
    found = {}
    for path in files(folder):
        try:
            told = path.stat()
        except OSError:
            continue
        found[path] = Look(told.st_mtime_ns, told.st_size, told.st_ino)
    return found
