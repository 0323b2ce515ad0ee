"""Whose a file is, by where it lies and what it is called: as teachers and learning platforms name files.

Moodle puts each learner's files into "Anna Cohen_12345_assignsubmission_file_", or that before their names; Google
Classroom names them "07_build_the_server - Anna Cohen"; nbgrader has submitted/LEARNER/ASSIGNMENT. Otherwise there is
a folder for each learner, or a file.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

# what a learner may call a file that is one of the lessons
TITLE = re.compile(
    r"0\d[_ -](start_here|sockets|handshake|framing|requests|exit|shocks|build_the_server|build_the_client)",
    re.IGNORECASE,
)
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_(?P<rest>.*)", re.DOTALL
)
# what systems put to the name of a copy, in English and in Hebrew
COPY_BEFORE = re.compile(r"^(?:(?:copy of|עותק של|העתק של)\s+)+", re.IGNORECASE)
COPY_AFTER = re.compile(
    r"(?:\s*-\s*(?:copy|עותק|העתק)|\s+copy|-copy\d+)?(?:\s*\(\d+\))*$", re.IGNORECASE
)
# what no file may have in its name, on one system or another; and names that are devices on Windows
NO_FILE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]+')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
LONGEST = 80  # characters of a file's name: in Hebrew each takes two bytes
BETWEEN = " - "
SUBMITTED = "submitted"
# the other folders of an nbgrader course
NOT_SUBMITTED = {"source", "release", "autograded", "feedback", "solution", "solutions", "etc"}


@dataclass(frozen=True)
class Owner:
    """Whose a file is. number is Moodle's; named: the name is a person's, as far as one can see."""

    name: str
    number: str = ""
    named: bool = True
    aside: bool = False  # a course's own file, and nobody's

    @property
    def key(self) -> str:
        """What files of the same learner have in common."""
        return key(self.name)


def key(name: str) -> str:
    """A name without what makes no difference: case, spaces, forms of letters, signs for vowels."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def words(name: str) -> list[str]:
    """The words of a name, sorted: first and last names come in any order."""
    return sorted(re.findall(r"\w+", key(name).replace("_", " ")))


def natural(name: str) -> list[tuple[bool, int, str]]:
    """A key for sorting by which 2 comes before 10."""
    parts = re.split(r"(\d+)", key(name))
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def in_folder_form(within: PurePosixPath) -> PurePosixPath:
    """Return a path in which what Moodle puts before a file's name is a folder."""
    parts: list[str] = []
    for part in within.parts:
        match = MOODLE.fullmatch(part)
        parts += [part[: match.start("rest")], match["rest"]] if match and match["rest"] else [part]
    return PurePosixPath(*parts)


def owners(paths: Sequence[PurePosixPath], zipped: bool = False) -> list[Owner]:
    """Return the Owner of each path within a class; zipped: its outermost folder may be the zip's own."""
    cut = _wrapping(paths, zipped)
    inner = [PurePosixPath(*path.parts[cut:]) for path in paths]
    titles = _titles(inner)
    is_course = any(path.parts[0] == SUBMITTED and len(path.parts) > 2 for path in inner)
    return [_owner(path, titles, is_course) for path in inner]


def _wrapping(paths: Sequence[PurePosixPath], zipped: bool) -> int:
    """How many folders there are around all."""
    cut = 0
    while paths and all(len(path.parts) > cut + 1 for path in paths):
        first = {path.parts[cut] for path in paths}
        inside = {path.parts[cut + 1] for path in paths}
        folders = {path.parts[cut + 1] for path in paths if len(path.parts) > cut + 2}
        if len(first) > 1 or first == {SUBMITTED} or MOODLE.fullmatch(next(iter(first))):
            break
        several = inside if zipped else folders
        if SUBMITTED not in folders and (
            len(several) < 2 or all(TITLE.search(each) for each in several)
        ):
            break
        cut += 1
    return cut


def _titles(paths: Sequence[PurePosixPath]) -> set[str]:
    """What several files that lie side by side have before their " - "."""
    halves = {
        (title, name)
        for path in paths
        if len(path.parts) == 1
        for title, between, name in [plain(path.stem).rpartition(BETWEEN)]
        if between
    }
    counts = Counter(title for title, _ in halves)
    return {title for title, many in counts.items() if many > 1}


def _owner(path: PurePosixPath, titles: set[str], is_course: bool) -> Owner:
    parts = path.parts
    for part in parts:
        if match := MOODLE.fullmatch(part):
            return Owner(_clean(match["name"]), match["number"])
    if is_course and parts[0] in NOT_SUBMITTED:
        return Owner(path.as_posix(), aside=True)
    if is_course and parts[0] == SUBMITTED and len(parts) > 2:
        return Owner(_clean(parts[1]))
    for part in (path.stem, *parts[:-1]):
        title, between, name = plain(part).rpartition(BETWEEN)
        if between and (TITLE.fullmatch(title) or (len(parts) == 1 and title in titles)):
            return Owner(_clean(name))
    while len(parts) > 1 and TITLE.fullmatch(parts[0]):  # a folder for each lesson
        parts = parts[1:]
    if len(parts) > 1:
        return Owner(_clean(parts[0]))
    stem = plain(path.stem)
    if TITLE.fullmatch(stem):  # nobody knows whose, so it stays by itself
        return Owner(path.with_suffix("").as_posix(), named=False)
    return Owner(_clean(stem))


def plain(stem: str) -> str:
    """Return a file's name without what tells of a copy."""
    return COPY_AFTER.sub("", COPY_BEFORE.sub("", stem.strip())).strip() or stem


def _clean(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())) or name


def fitting(name: str, known: Sequence[str]) -> list[int]:
    """Return the places of those known names that may be meant: the same one, else the same words, else some of them.

    Nobody is found by a part of a word; and where several fit as well, all of them are returned.
    """
    given = words(name)
    tests: tuple[Callable[[str], bool], ...] = (
        lambda each: key(each) == key(name),
        lambda each: words(each) == given,
        lambda each: bool(given) and set(words(each)) >= set(given),
        lambda each: bool(words(each)) and set(words(each)) <= set(given),
    )
    for test in tests:
        if found := [place for place, each in enumerate(known) if test(each)]:
            return found
    return []


def file_names(learners: Sequence[str]) -> list[str]:
    """Return a name of a file for each learner, without an ending: one that every system takes, and no two alike."""
    found: list[str] = []
    taken: set[str] = set()
    for learner in learners:
        name = NO_FILE_NAME.sub("_", learner).strip(" .")[:LONGEST] or "_"
        name = f"_{name}" if RESERVED.match(name) else name
        same = (name if n == 1 else f"{name} ({n})" for n in itertools.count(1))
        own = next(each for each in same if each.casefold() not in taken)
        taken.add(own.casefold())
        found.append(own)
    return found
