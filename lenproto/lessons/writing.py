"""Files that are put in place whole: whoever looks finds the old one or the new one, whatever happens meanwhile."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MODE = 0o644  # of a new file


def put(place: Path, data: bytes) -> None:
    """Write a file, over what is there. Raises OSError: then all is as it was."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with _aside(place) as (name, descriptor):
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)  # a disk that is full says so at the latest now
        _copy_mode(place, name)
        os.replace(name, place)


def keep_beside(place: Path, mark: str) -> Path:
    """Keep a file under a second name with a mark in it, and return that; the file stays as well. Raises OSError.

    What was kept before is not written over. Where the same is there already, nothing is done.
    """
    data = place.read_bytes()
    for beside in _names(place, mark):
        if beside.exists():
            if beside.is_file() and beside.read_bytes() == data:
                return beside
            continue
        with contextlib.suppress(FileExistsError):
            _copy(place, beside)
            return beside
    raise AssertionError("names do not end")


def _copy(place: Path, beside: Path) -> None:
    """Copy a file, with its times, to where there is none."""
    with _aside(beside) as (name, descriptor):
        os.close(descriptor)
        shutil.copy2(place, name)
        with open(name, "rb+") as file:
            os.fsync(file.fileno())
        if beside.exists():  # another program was quicker
            raise FileExistsError(beside)
        os.replace(name, beside)


def _names(place: Path, mark: str) -> Iterator[Path]:
    yield place.with_name(f"{place.stem} ({mark}){place.suffix}")
    number = 2
    while True:
        yield place.with_name(f"{place.stem} ({mark}, {number}){place.suffix}")
        number += 1


@contextlib.contextmanager
def _aside(place: Path) -> Iterator[tuple[str, int]]:
    """Give a new file beside a place, by name and number; what of it is still there at the end is removed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        yield name, descriptor
    finally:
        with contextlib.suppress(OSError):  # it was put in place
            os.unlink(name)


def _copy_mode(place: Path, name: str) -> None:
    os.chmod(name, place.stat().st_mode & 0o777 if place.exists() else MODE)
