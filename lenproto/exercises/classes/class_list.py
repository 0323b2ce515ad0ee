"""A class list: who is in the class. A text with a name in each line, or what Moodle and Excel write."""

import csv
import io
import re
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path

from lenproto.exercises.classes import names
from lenproto.exercises.classes.archive import is_likely
from lenproto.exercises.classes.refused import Refused
from lenproto.words import Words

DELIMITERS = ",;\t"
# what columns are called, in Moodle's English and Hebrew, in Google Classroom, and by teachers
COLUMNS = {
    "name": ("full name", "name", "student", "learner", "pupil", "שם מלא", "שם", "שם התלמיד", "תלמיד"),
    "first": ("first name", "given name", "firstname", "שם פרטי"),
    "last": ("last name", "surname", "family name", "lastname", "שם משפחה"),
    "email": (
        "email address", "email", "e-mail", "e-mail address", "mail",
        "דואר אלקטרוני", "כתובת דואר אלקטרוני", 'דוא"ל', "דוא״ל", 'כתובת דוא"ל',
    ),
    "identifier": ("identifier", "מזהה"),
    "username": ("username", "id", "student id", "שם משתמש"),
    "id_number": ("id number", "idnumber", "מספר זהות", "תעודת זהות", "מספר זיהוי"),
}  # fmt: skip
ENCODINGS = ("utf-8", "cp1255", "cp1252")


@dataclass(frozen=True)
class Pupil:
    """Somebody in a class, and what a learning platform knows of them. place is the line, from 0."""

    name: str
    email: str = ""
    number: str = ""  # Moodle's, in this homework
    username: str = ""
    id_number: str = ""
    place: int = -1
    cells: tuple[str, ...] = field(default=(), compare=False)  # as they stand in the list

    def names(self) -> set[str]:
        """What else they are called, beside their name."""
        local = self.email.partition("@")[0]
        return {
            names.key(each) for each in (self.email, local, self.username, self.id_number) if each
        }

    def as_json(self) -> dict[str, str]:
        """Return what is known, for JSON."""
        return {
            "name": self.name,
            "email": self.email,
            "number": self.number,
            "username": self.username,
            "id_number": self.id_number,
        }

    def is_called(self, name: str) -> bool:
        """Whether that is their whole name, in any order, or another one of theirs."""
        return names.words(name) == names.words(self.name) or names.key(name) in self.names()


@dataclass(frozen=True)
class ClassList:
    """Who is in the class; with the titles of its columns, where it has some."""

    pupils: tuple[Pupil, ...]
    titles: tuple[str, ...] = ()
    columns: dict[str, int] = field(default_factory=dict)  # what is known → its column

    def same(self, known: Pupil) -> Pupil:
        """Return somebody of whom an earlier run has told, with the place on this list, if there is one."""
        for each in self.pupils:
            as_known = replace(known, number=each.number and known.number, place=each.place)
            if as_known == each:
                return replace(each, number=known.number)
        return known

    def find(self, owner: names.Owner) -> Pupil | None:
        """Return who that is; None if nobody on the list, or several, may be meant."""
        by_number = [each for each in self.pupils if owner.number and each.number == owner.number]
        if len(by_number) == 1 and names.fitting(owner.name, [by_number[0].name]):
            return by_number[0]
        by_other_names = [each for each in self.pupils if names.key(owner.name) in each.names()]
        if len(by_other_names) == 1:
            return by_other_names[0]
        fits = names.fitting(owner.name, [each.name for each in self.pupils])
        return self.pupils[fits[0]] if len(fits) == 1 else None


def read(path: str | PathLike[str]) -> ClassList:
    """Return the class list in a file. Refused if there is none."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise Refused(Words("grading.list.closed", why=error.strerror)) from None
    lines = [line for line in _rows(_decoded(content)) if any(line)]
    columns = _columns(lines[0]) if lines else {}
    titles = tuple(lines.pop(0)) if columns else ()
    if not columns and lines:
        columns = _guessed(lines)
    pupils = [_pupil(place, line, columns) for place, line in enumerate(lines)]
    known = tuple(pupil for pupil in pupils if pupil.name)
    if not known:
        raise Refused(Words("grading.list.empty"))
    return ClassList(known, titles, columns)


def _decoded(content: bytes) -> str:
    """The text of a file that Excel, Moodle or an editor has written."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or is_likely(re.sub(r"[^\w\s]", "", text)):
            return text.removeprefix("\ufeff")
    return content.decode("cp1252", "replace")


def _rows(text: str) -> list[list[str]]:
    """The cells of each line: those of a table where the first line has a delimiter, else all of it is one."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    if not first.count(delimiter):
        return [[line.strip()] for line in text.splitlines()]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[cell.strip() for cell in line] for line in reader]


def _columns(titles: list[str]) -> dict[str, int]:
    """Which columns are known by their titles; none, where it is no line of titles."""
    given = [names.key(title) for title in titles]
    found = {}
    for what, known in COLUMNS.items():
        for name in map(names.key, known):
            if name in given and what not in found:
                found[what] = given.index(name)
    return found if {"name", "first", "last", "email", "identifier"} & set(found) else {}


def _guessed(lines: list[list[str]]) -> dict[str, int]:
    """Of a table without titles: where names stand, and e-mail addresses."""
    email = next((at for at, cell in enumerate(lines[0]) if "@" in cell[1:]), None)
    words = [
        at
        for at, cell in enumerate(lines[0])
        if at != email and any(letter.isalpha() for letter in cell)
    ]
    found = {} if email is None else {"email": email}
    if len(words) == 2 and not any(" " in lines[0][at] for at in words):
        return found | {"first": words[0], "last": words[1]}
    return found | {"name": words[0]} if words else found


def _pupil(place: int, line: list[str], columns: dict[str, int]) -> Pupil:
    def cell(what: str) -> str:
        at = columns.get(what, -1)
        return line[at] if 0 <= at < len(line) else ""

    name = cell("name") or " ".join(filter(None, (cell("first"), cell("last"))))
    name = name or cell("email") or cell("identifier")  # where nobody may know who it is
    number = re.search(r"\d+$", cell("identifier"))
    return Pupil(
        name,
        cell("email"),
        number[0] if number else "",
        cell("username"),
        cell("id_number"),
        place,
        tuple(line),
    )
