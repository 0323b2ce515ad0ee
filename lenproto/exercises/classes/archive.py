"""A zip, unpacked with care: names in the encodings of older systems, no path that leads out, nothing without end."""

import contextlib
import os
import re
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from lenproto.exercises.classes.refused import Refused
from lenproto.exercises.judging.submission import NOTEBOOK_BYTES
from lenproto.words import Words

MOST_FILES = 20_000
MOST_BYTES = 4_000_000_000  # of all that is unpacked
DENSE_BYTES = 1_000_000_000  # of what is packed more tightly than any class's work
DENSE = 100  # times smaller than unpacked
NAME_BYTES = 200  # of one name: systems take 255
UTF_8 = 0x800  # the flag of a name in UTF-8
ENCRYPTED = 0x1
# what zips of Windows and DOS name files in, where they say nothing: Hebrew, then what zipfile takes them for
ENCODINGS = ("utf-8", "cp862", "cp1255", "cp437")
UNREADABLE = (
    OSError,
    ValueError,
    OverflowError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    zipfile.BadZipFile,
)
NOT_IN_NAMES = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')


@dataclass
class Budget:
    """What may still be unpacked, of a zip and of those within it."""

    files: int = MOST_FILES
    bytes: int = MOST_BYTES


def is_zip(path: Path) -> bool:
    """Whether a file is one."""
    return path.is_file() and zipfile.is_zipfile(path)


def unpack(
    path: Path, folder: Path, kinds: Sequence[str], budget: Budget
) -> Iterator[tuple[str, Words | None]]:
    """Unpack what ends like one of the kinds into folder, in its own folders; yield (name, why) of what is not.

    why is None for files of other kinds. Refused, before anything is unpacked, where a path leads out, or where all
    of it together is too much.
    """
    try:
        with zipfile.ZipFile(path) as opened:
            members = [(_name(info), info) for info in opened.infolist() if not info.is_dir()]
            for name, info in members:
                _check_way(name, info)
            wanted = [each for each in members if each[0].lower().endswith(tuple(kinds))]
            _check_size([info for _, info in wanted], len(members), path, budget)
            yield from (
                (name, None) for name, _ in members if not name.lower().endswith(tuple(kinds))
            )
            for name, info in wanted:
                if why := _unpack_one(opened, info, folder, name):
                    yield name, why
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, ValueError) as error:
        raise Refused(Words("grading.archive.unreadable", why=_why(error))) from None


def _check_way(name: str, info: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(name).parts
    climbs = name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name)
    if climbs or not parts or stat.S_ISLNK(info.external_attr >> 16):
        raise Refused(Words("grading.archive.leads-out", name=name))


def _check_size(wanted: Sequence[zipfile.ZipInfo], many: int, path: Path, budget: Budget) -> None:
    size = sum(info.file_size for info in wanted)
    dense = size > DENSE_BYTES and size > DENSE * path.stat().st_size
    budget.files -= many
    budget.bytes -= size
    if budget.files < 0:
        raise Refused(Words("grading.archive.files", most=f"{MOST_FILES:,}"))
    if dense or budget.bytes < 0:
        raise Refused(Words("grading.archive.large", size=f"{size / 1e9:.1f}"))


def _unpack_one(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, name: str
) -> Words | None:
    """Unpack one file, up to what is too large to be read; return why it cannot be."""
    if info.flag_bits & ENCRYPTED:
        return Words("grading.archive.encrypted")
    target = wanted = folder.joinpath(*map(_fit, PurePosixPath(name).parts))
    number = 1
    while target.exists():  # twice the same name, or two that are the same here
        number += 1
        target = wanted.with_stem(f"{wanted.stem} ({number})")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(info) as source, target.open("wb") as file:
            _copy(source, file, NOTEBOOK_BYTES + 1)
        changed = time.mktime((*info.date_time, 0, 0, -1))
        os.utime(target, (changed, changed))
    except UNREADABLE as error:
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)  # half of it is nobody's work
        return Words("grading.archive.unreadable", why=_why(error))
    return None


def _copy(source: IO[bytes], file: IO[bytes], most: int) -> None:
    while most > 0 and (some := source.read(min(most, 1 << 20))):
        file.write(some)
        most -= len(some)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _fit(part: str) -> str:
    """A name that every system takes for a file."""
    part = NOT_IN_NAMES.sub("-", part).rstrip(" .") or "-"
    if len(os.fsencode(part)) <= NAME_BYTES:
        return part
    stem, ending = os.path.splitext(part)
    mark = f"~{zlib.crc32(os.fsencode(part)):08x}{ending[:20]}"
    while len(os.fsencode(stem + mark)) > NAME_BYTES:
        stem = stem[:-1]
    return stem + mark


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a file in a zip."""
    name = info.orig_filename
    if not info.flag_bits & UTF_8:
        try:
            name = decoded(name.encode("cp437"))
        except UnicodeEncodeError:
            name = info.filename  # which the zip says in UTF-8 elsewhere
    return unicodedata.normalize("NFC", name.partition("\0")[0].replace("\\", "/"))


def decoded(name: bytes) -> str:
    """Return a name whose encoding nobody tells: the first in which it has letters only, of one alphabet a word.

    A few letters are too little for the statistics by which libraries guess; but the letters of Hebrew stand at
    different numbers in each of these encodings.
    """
    if name.isascii():
        return name.decode("ascii")
    for encoding in ENCODINGS:
        try:
            text = name.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or is_likely(text):
            return text
    return name.decode("cp437")


def is_likely(text: str) -> bool:
    """Whether all that is not ASCII is a letter, and no word has letters of two alphabets."""
    for word in re.split(r"[\W\d_]+", text):
        alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
        if len(alphabets) > 1:
            return False
    return all(letter.isascii() or letter.isalpha() for letter in text)
