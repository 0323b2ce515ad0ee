"""Lays the lessons into a folder; where they are already, renews them and leaves what a learner wrote."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lenproto.lessons import laid, notebook, shipped, writing
from lenproto.lessons.laid import Laid
from lenproto.lessons.merging import Merged, merge

LAID, AGAIN, RENEWED, MERGED = "laid", "again", "renewed", "merged"
REPLACED, UNREADABLE, NOT_OURS, GONE = "replaced", "unreadable", "not-ours", "gone"


@dataclass
class Done:
    """What became of a file.

    laid: it is new. again: somebody had removed it. renewed: nobody had touched it. merged: what was
    written in it is in the new one. replaced, unreadable: what was written in it cannot be, for it is no
    notebook, or was one and is none any more. not-ours: it was there, and not by us; it stays. gone: the
    lessons have no such file any more; it stays. beside: where the old one is kept.
    """

    name: str
    what: str
    beside: Path | None = None
    merged: Merged | None = None


def lay(folder: Path, language: str) -> Iterator[Done]:
    """Lay the lessons of a language into a folder, file by file; tell of each that is not as it was.

    Raises OSError: all files that were not told of are as they were, and a second try goes on from there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = laid.load(folder)
    before = known.version
    files = shipped.files(language)
    known.language = language
    for name, data in files.items():
        now = laid.as_laid(name, data)
        if done := _lay_one(folder, name, data, known, before):
            yield done
        is_ours = done is None or done.what != NOT_OURS
        if is_ours and known.files.get(name) != now:
            known.files[name] = now
            laid.save(folder, known)
    for name in [name for name in known.files if name not in files]:
        del known.files[name]
        if (folder / name).exists():
            yield Done(name, GONE)
    known.version = shipped.version()
    laid.save(folder, known)


def _lay_one(folder: Path, name: str, data: bytes, known: Laid, before: str) -> Done | None:
    place, was = folder / name, known.files.get(name)
    if not place.exists():
        writing.put(place, data)
        return Done(name, AGAIN if was else LAID)
    if was and was.sum == laid.digest(data):
        return None  # the lesson is as it was: whatever is there is the learner's
    there = place.read_bytes()
    if there == data:
        return None
    if was is None:
        return None if _same(there, data) else Done(name, NOT_OURS)
    if laid.digest(there) == was.sum:
        writing.put(place, data)
        return Done(name, RENEWED)
    return _renew(place, name, there, data, was, _mark(before))


def _renew(
    place: Path, name: str, there: bytes, data: bytes, was: laid.File, mark: str
) -> Done | None:
    """Put the new file in place of one that somebody has written in; keep that beside it."""
    try:
        mine = notebook.read(there)
    except notebook.NoNotebook:
        beside = writing.keep_beside(place, mark)
        writing.put(place, data)
        return Done(name, UNREADABLE if was.cells else REPLACED, beside)
    merged = merge(was.cells, mine, notebook.read(data))
    if _texts(merged.notebook) == _texts(mine):
        return None  # a run that was ended had come that far
    beside = writing.keep_beside(place, mark)
    writing.put(place, notebook.written(merged.notebook))
    return Done(name, MERGED, beside, merged)


def _same(there: bytes, data: bytes) -> bool:
    """Whether two files are the same lesson, run or not."""
    if there == data:
        return True
    try:
        return _texts(notebook.read(there)) == _texts(notebook.read(data))
    except notebook.NoNotebook:
        return False


def _texts(lesson: notebook.Notebook) -> list[tuple[str | None, str]]:
    return [(cell.get("id"), notebook.fingerprint(cell)) for cell in lesson["cells"]]


def _mark(before: str) -> str:
    """What stands in the name of an old file: its version and the day."""
    return ", ".join(
        each for each in (before.strip(shipped.UNKNOWN), datetime.date.today().isoformat()) if each
    )
