"""Which files of a class are there: in a folder, or in a zip as a learning platform hands it out."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import Any

from lenproto.exercises.classes import archive
from lenproto.exercises.classes.names import in_folder_form, owners
from lenproto.exercises.classes.refused import Refused
from lenproto.exercises.report.types import packed
from lenproto.words import Words

KINDS = (".py", ".ipynb")
ZIP = ".zip"
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz")
# folders without anybody's homework
PASSED_OVER = {"__pycache__", "node_modules", "site-packages", "__MACOSX"}
CHECKPOINTS, CHECKPOINT = ".ipynb_checkpoints", "-checkpoint"
MOST_NESTED = 2  # zips in zips


@dataclass(frozen=True)
class Found:
    """A file that is there: where it lies, its name within the class, and when it was changed last."""

    path: Path
    within: PurePosixPath
    modified: float = 0.0
    shown: str = ""  # how it is named to a reader


@dataclass(frozen=True)
class Aside:
    """A file that is not judged, or of which not all counts, and why."""

    file: str
    why: Words

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON: in words, and as a key and values."""
        return {"file": self.file, "why": str(self.why), "why_words": packed(self.why)}


@dataclass
class Gathered:
    """What is there of a class: files to judge, files that are left aside, and files of other kinds."""

    found: list[Found] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)
    others: list[Found] = field(default_factory=list)
    # zips and files that could not be read, and why
    refused: list[tuple[Found, Words]] = field(default_factory=list)
    zipped: bool = False


def files(folder: str | PathLike[str]) -> list[Path]:
    """Return a folder's Python files and notebooks, at any depth, sorted; none of those that tools have made."""
    return sorted(path for path in _walk(folder) if _is_ours(path) and not _is_checkpoint(path))


def learners(
    paths: Iterable[str | PathLike[str]], root: str | PathLike[str] | None = None
) -> list[str]:
    """Return the name of each file's learner; files of one learner have the same. See names.owners().

    root is the folder of the class, by default the one that has them all.
    """
    return [owner.name for owner in owners([each.within for each in found(paths, root)])]


def found(
    paths: Iterable[str | PathLike[str]], root: str | PathLike[str] | None = None
) -> list[Found]:
    """Return files as Found; see learners()."""
    given = [str(path) for path in paths]
    places = [Path(path).absolute() for path in given]
    if not places:
        return []
    top = Path(root or os.path.commonpath([path.parent for path in places])).absolute()
    return [
        _found(Path(name), path.relative_to(top).as_posix(), shown=name)
        for name, path in zip(given, places, strict=True)
    ]


@contextlib.contextmanager
def opened(place: str | PathLike[str]) -> Iterator[Gathered]:
    """Give what is in a folder or a zip; what is unpacked for that is there until the end of the block.

    Refused for a zip that cannot be read or is no class's work; zips within it cost only themselves.
    """
    place = Path(place)
    with tempfile.TemporaryDirectory(prefix="lenproto-", ignore_cleanup_errors=True) as scratch:
        gathering = _Gathering(Path(scratch))
        if place.is_dir():
            gathering.folder(place, place, PurePosixPath())
        else:
            gathering.result.zipped = True
            gathering.archive(place, PurePosixPath(), place.name)
        gathering.result.found.sort(key=lambda each: each.within)
        yield gathering.result


class _Gathering:
    """Collects the files of folders and zips."""

    def __init__(self, scratch: Path) -> None:
        self.result = Gathered()
        self._scratch = scratch
        self._unpacked = 0  # zips
        self._budget = archive.Budget()

    def folder(self, folder: Path, top: Path, within: PurePosixPath, depth: int = 0) -> None:
        """Add what lies in a folder of top, which stands for within."""
        for path in _walk(folder):
            name = (within / path.relative_to(top).as_posix()).as_posix()
            shown = name if within.parts or depth else str(path)
            if _is_checkpoint(path):
                self.result.checkpoints.append(name)
            elif _is_ours(path):
                self._add(path, name, shown)
            elif path.suffix.lower() == ZIP:
                self._nested(path, name, shown, depth)
            else:
                self.result.others.append(_found(path, name, shown=shown))

    def archive(self, path: Path, within: PurePosixPath, name: str, depth: int = 0) -> None:
        """Add what a zip holds."""
        self._unpacked += 1
        folder = self._scratch / str(self._unpacked)
        for member, why in archive.unpack(path, folder, (*KINDS, ZIP), self._budget):
            each = _found(Path(), (within / member).as_posix(), shown=(within / member).as_posix())
            if why:
                self.result.refused.append((each, why))
            elif not _is_hidden(PurePosixPath(member)):
                self.result.others.append(each)
        if folder.is_dir():
            self.folder(folder, folder, within, depth + 1)

    def _nested(self, path: Path, name: str, shown: str, depth: int) -> None:
        try:
            if depth >= MOST_NESTED:
                raise Refused(Words("grading.archive.nested"))
            self.archive(path, in_folder_form(PurePosixPath(name).with_suffix("")), name, depth)
        except Refused as refused:
            self.result.refused.append((_found(path, name, shown=shown), refused.words))

    def _add(self, path: Path, name: str, shown: str) -> None:
        each = _found(path, name, shown=shown)
        if each.within != PurePosixPath(name) and path.suffix.lower() == ".py":
            # without what the platform put before it: another file imports it by its own name
            with contextlib.suppress(OSError):
                own = self._scratch / "named" / each.within
                own.parent.mkdir(parents=True, exist_ok=True)
                each = Found(Path(shutil.copy2(path, own)), each.within, each.modified, each.shown)
        self.result.found.append(each)


def _found(path: Path, within: str, shown: str) -> Found:
    try:
        modified = path.stat().st_mtime
    except (OSError, ValueError):
        modified = 0.0
    return Found(path, in_folder_form(PurePosixPath(within)), modified, shown)


def _walk(folder: str | PathLike[str]) -> Iterator[Path]:
    """The files of a folder, checkpoints among them, without hidden ones."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name == CHECKPOINTS or (name not in PASSED_OVER and not name.startswith("."))
        )
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def _is_ours(path: Path) -> bool:
    return path.name.lower().endswith(KINDS)


def _is_checkpoint(path: Path) -> bool:
    return path.parent.name == CHECKPOINTS or path.stem.endswith(CHECKPOINT)


def _is_hidden(path: PurePosixPath) -> bool:
    return any(part.startswith(".") or part in PASSED_OVER for part in path.parts)
