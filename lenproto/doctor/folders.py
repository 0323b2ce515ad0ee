"""The folders in which a learner works: files there that stand before modules, and whether anything can be written."""

import contextlib
import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lenproto.doctor.finding import Finding, fine, reason, wrong
from lenproto.doctor.packages import needs
from lenproto.words import Words

PACKAGE = Path(__file__).parents[1]  # lenproto itself
FURTHER = {"lenproto", "IPython", "jupyter_client", "jupyter_core", "traitlets", "zmq"}


def look(places: Sequence[Path]) -> Iterator[Finding]:
    """Tell of files that Python takes for its own modules, and of folders in which nothing can be written."""
    places = _different(places)
    hiding = [each for place in _different([*places, *searched()]) for each in shadows(place)]
    for file, module in hiding:
        yield wrong("shadow", file=file, module=module)
    if not hiding:
        yield fine("no-shadow")
    closed = [each for each in (*map(unwritable, places), temporary(), progress()) if each]
    yield from closed
    if not closed:
        yield fine("writable", folders=[str(place) for place in places])


def shadows(place: Path) -> Iterator[tuple[Path, str]]:
    """Give each file and package in a folder that is called like a module, and that name."""
    taken = sys.stdlib_module_names | FURTHER | {each.name.replace("-", "_") for each in needs()}
    suffixes = importlib.machinery.all_suffixes()
    with contextlib.suppress(OSError):
        for file in sorted(place.iterdir()):
            ending = next((each for each in suffixes if file.name.endswith(each)), "")
            name = file.name.removesuffix(ending)
            is_module = file.is_file() if ending else (file / "__init__.py").is_file()
            if name in taken and is_module and not _is_ours(file):
                yield file, name


def searched() -> list[Path]:
    """Return the folders that Python is told to search before its own: those of PYTHONPATH."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [Path(each) for each in named if each]


def unwritable(place: Path) -> Finding | None:
    """Return why nothing can be written in a folder; None where it can."""
    if not place.is_dir():
        return wrong("gone", mend="folder", folder=place)
    try:
        _write(place)
    except OSError as error:
        return wrong("unwritable", mend="folder", folder=place, why=reason(error))
    return None


def temporary() -> Finding | None:
    """Return why Python has no place for what it writes for a moment; None where it has one."""
    try:
        _write(Path(tempfile.gettempdir()))
    except OSError as error:
        return wrong("no-temporary", why=reason(error))
    return None


def progress() -> Finding | None:
    """Return why a learner's progress cannot be kept; None where it can, or is not."""
    try:
        from lenproto.exercises.learner import progress as kept
    except ImportError:  # a package is missing: that is told elsewhere
        return None
    file: Path | None = kept.path()  # type: ignore[no-untyped-call]
    if file is None:
        return None
    place = next((each for each in file.absolute().parents if each.exists()), file.parent)
    try:
        _write(place)
    except OSError as error:
        values: dict[str, Any] = {"file": file, "variable": kept.VARIABLE}
        return wrong(
            "no-progress",
            why=Words("doctor.in-folder", folder=place, why=reason(error)),
            **values,
        )
    return None


def _write(place: Path) -> None:
    """Write a file there, and remove it. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=".lenproto-", dir=place)
    os.close(descriptor)
    os.unlink(name)


def _is_ours(file: Path) -> bool:
    """Whether it is lenproto itself, in a checkout."""
    with contextlib.suppress(OSError):
        return file.samefile(PACKAGE)
    return False


def _different(places: Sequence[Path]) -> list[Path]:
    """The folders, each once: the first of its names."""
    known: dict[str, Path] = {}
    for place in places:
        try:
            known.setdefault(os.path.realpath(place), place)
        except OSError:  # this folder was removed, and has no name any more
            known.setdefault(str(place), place)
    return list(known.values())
