"""All that a person reads, by key: tables of sentences, a folder of them for each language.

A key is a table's name and the way to an entry: "shocks.polite.story" is `story` of `[polite]` in shocks.toml. What is
in braces stands for a value. An entry may be a table of forms, one of which fits a number: see PLURALS. What a language
does not have is said in English. Nobody reads a sentence back: what has to be known is a key and values, see Words.
"""

import contextlib
import functools
import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = "en"
CHOICE = "LENPROTO_LANGUAGE"  # the environment variable that names the language
MORE = "LENPROTO_WORDS"  # the one that names a folder with more languages, such as a translator's
LAID = ".lenproto-lessons.json"  # tells of the lessons that were laid in a folder: see lenproto.lessons.laid
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "yi"}
ISOLATE, END_ISOLATE = "\u2068", "\u2069"  # around what keeps a direction of its own (UAX #9)
PLURALS = {  # language → the form for a number, by the names of Unicode's CLDR
    "en": lambda n: "one" if n == 1 else "other",
    "he": lambda n: {1: "one", 2: "two"}.get(n, "other"),
}
_VALUE = re.compile(r"\{([a-z_]+)\}")
_here = os.path.dirname(__file__)
_chosen: list[str] = []  # languages, the last one counts


class Words:
    """A sentence, or a part of one, that is not said yet: its key and its values, among which may be other Words."""

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: Any) -> None:
        self.key, self.values = key, values

    def __str__(self) -> str:
        return say(self.key, **self.values)

    def __repr__(self) -> str:
        values = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"Words({self.key!r}{values})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and (self.key, self.values) == (other.key, other.values)

    def __hash__(self) -> int:
        return hash(self.key)

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's terms: {"key": …, "values": {…}}."""
        return {
            "key": self.key,
            "values": {name: _packed(value) for name, value in self.values.items()},
        }

    @classmethod
    def from_json(cls, packed: Mapping[str, Any]) -> Self:
        """Return the Words that as_json() has packed. Raises KeyError, TypeError where they are none."""
        return cls(
            packed["key"], **{name: _unpacked(each) for name, each in packed["values"].items()}
        )


def _packed(value: Any) -> Any:
    if isinstance(value, Words):
        return value.as_json()
    return [_packed(each) for each in value] if isinstance(value, list | tuple) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        return Words.from_json(value)
    return [_unpacked(each) for each in value] if isinstance(value, list) else value


def say(key: str, /, **values: Any) -> str:
    """Return the entry of this key in the language of now, with the values in it; a list of them with commas.

    Raises KeyError where English has no such entry, or a value is missing.
    """
    found = entry(key)
    if isinstance(found, Mapping):
        forms, form = found, _form(values["n"])
        found = forms.get(form, forms["other"])
    isolates = language() in RIGHT_TO_LEFT

    def value(match: re.Match[str]) -> str:
        said = _said(values[match[1]])
        return f"{ISOLATE}{said}{END_ISOLATE}" if isolates else said

    return _VALUE.sub(value, found)


def _said(value: Any) -> str:
    return ", ".join(map(_said, value)) if isinstance(value, list | tuple) else str(value)


def _form(n: int) -> str:
    return PLURALS.get(language(), PLURALS[ENGLISH])(n)


def entry(key: str) -> Any:
    """Return an entry as it stands: a text, or a table of such. Raises KeyError where there is none."""
    name, *way = key.split(".")
    found: Any = table(name)
    for step in way:
        found = found[step]
    return found


def table(name: str, of: str | None = None) -> Mapping[str, Any]:
    """Return a whole table, in the language of now or in another one; English where that has no entry."""
    return _table(name, of or language(), os.environ.get(MORE))


@functools.cache
def _table(name: str, of: str, more: str | None) -> Mapping[str, Any]:
    return _merged(_read(ENGLISH, name, more), _read(of, name, more))


def _read(of: str, name: str, more: str | None) -> dict[str, Any]:
    import tomllib  # here: the five functions are imported quickly, and most of them say nothing

    for place in (_here, more):
        if place and os.path.isfile(file := os.path.join(place, of, f"{name}.toml")):
            with open(file, "rb") as opened:
                return tomllib.load(opened)
    return {}


def _merged(english: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return english | {
        name: _merged(english[name], each)
        if isinstance(each, dict) and isinstance(english.get(name), dict)
        else each
        for name, each in other.items()
    }


def tables(of: str = ENGLISH) -> list[str]:
    """Return the names of a language's tables."""
    return sorted({file.stem for place in _places() for file in (place / of).glob("*.toml")})


def languages() -> list[str]:
    """Return the languages that there are, such as "en": with all tables, or of whatever a translator's folder has."""
    found = {file.parent.name for place in _places() for file in place.glob("*/*.toml")}
    here, *more = _places()
    complete = {file.stem for file in (here / ENGLISH).glob("*.toml")}
    return sorted(
        each
        for each in found
        if complete <= {file.stem for file in (here / each).glob("*.toml")}
        or any((place / each).is_dir() for place in more)
    )


def _places() -> list["Path"]:
    from pathlib import Path

    return [Path(place) for place in (_here, os.environ.get(MORE)) if place]


def language() -> str:
    """Return the language of now: the last that was spoken, or LENPROTO_LANGUAGE's, or that of the lessons here."""
    if _chosen:
        return _chosen[-1]
    try:
        return os.environ.get(CHOICE) or _of_lessons(os.getcwd())
    except OSError:  # the folder is gone
        return ENGLISH


@functools.cache
def _of_lessons(folder: str) -> str:
    """The language of the lessons in a folder: it bears its name, or they were laid there; English of any other."""
    name = os.path.basename(folder)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        import json

        with open(os.path.join(folder, LAID), encoding="utf-8") as opened:
            name = str(json.load(opened)["language"])
    return name if name in languages() else ENGLISH


def isolated(text: str) -> str:
    """Return a text that keeps its place and direction in a line which goes from left to right; in English as it is."""
    return f"{ISOLATE}{text}{END_ISOLATE}" if text and language() in RIGHT_TO_LEFT else text


def direction() -> str:
    """Return "rtl" or "ltr": how the language of now is written."""
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


@contextlib.contextmanager
def speaking(of: str) -> Iterator[None]:
    """In here, all is said in this language."""
    _chosen.append(of)
    try:
        yield
    finally:
        _chosen.pop()


def speak(of: str) -> None:
    """Say all in this language from now on. Raises ValueError where there is none of this name."""
    if of not in languages():
        raise ValueError(f"{of!r} is none of the languages {', '.join(languages())}")
    _chosen[:] = [of]
