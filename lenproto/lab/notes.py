"""What a stage keeps of a program besides its calls: its source, what it printed, where it stands."""

import ast
import functools
import linecache
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any, NamedTuple, Self

from lenproto.words import Words

NEARBY = 12  # lines shown before and after a line that stands in no function
# two threads in ast.parse: CPython 3.11 may count the depth of the one for the other
_one_at_a_time = threading.Lock()


class Source(NamedTuple):
    """The lines of one function, or around a line that is in none."""

    function: str
    first: int  # number of its first line, as its file or cell counts
    text: str  # empty where the source cannot be found
    file: str

    def holds(self, where):
        """Whether a place is in it."""
        size = self.text.count("\n") + 1
        return (
            where.function == self.function
            and where.file == self.file
            and 0 <= where.line - self.first < size
        )


@dataclass
class Notes:
    """Of one side of a trace: the sources of those of its functions that made calls; what it printed,
    as pairs of the number of calls that the trace held and the text; and where it stands, in words."""

    sources: list[Source] = field(default_factory=list)
    printed: list[tuple[int, str]] = field(default_factory=list)
    stands: Words | str = ""

    def add(self, printed, calls, where, stands):
        """Note all that it has printed by now, the place of its next call if there is one, and where it stands."""
        known = sum(len(text) for _, text in self.printed)
        if len(printed) > known:
            self.printed.append((calls, printed[known:]))
        if where and not any(source.holds(where) for source in self.sources):
            source = source_of(where)
            if source not in self.sources:
                self.sources.append(source)
        self.stands = stands

    def packed(self) -> dict[str, Any]:
        """Return it in JSON's terms, without the paths of this computer."""
        sources = [source._replace(file=PurePath(source.file).name) for source in self.sources]
        stands = self.stands.as_json() if isinstance(self.stands, Words) else self.stands
        return asdict(self) | {"sources": sources, "stands": stands}

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Self:
        """Return the notes that packed() made this from. Raises TypeError, KeyError or ValueError."""
        printed = [(int(calls), str(text)) for calls, text in packed["printed"]]
        stands = packed["stands"]
        return cls(
            [Source(*source) for source in packed["sources"]],
            printed,
            Words.from_json(stands) if isinstance(stands, dict) else str(stands),
        )


def source_of(where):
    """Return the Source of the innermost function around a place, as a person reads it."""
    linecache.checkcache(where.file)  # a module may have been edited and loaded again
    lines = linecache.getlines(where.file)
    if not lines:
        return Source(where.function, 0, "", where.file)
    first, last = where.line - NEARBY, where.line + NEARBY
    with _one_at_a_time:
        functions = _functions("".join(lines))
    for name, begins, ends in functions:
        if name == where.function and begins <= where.line <= ends:
            first, last = begins, ends
    first = max(first, 1)
    return Source(where.function, first, "".join(lines[first - 1 : last]).rstrip("\n"), where.file)


@functools.lru_cache(maxsize=32)
def _functions(text):
    """Name, first and last line of each function of a source; outer functions come before those in them."""
    try:
        tree = ast.parse(text)
    except SyntaxError:  # it is no longer what ran, or no Python at all
        return []
    kinds = ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda
    return [
        (getattr(node, "name", "<lambda>"), node.lineno, node.end_lineno)
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]
