"""Which of the five functions stand in files, and how: read in a process of its own, for files may be anything.

Run as a program it reads paths, a line of JSON each, and answers each with a line.
"""

import ast
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.judging import submission
from lenproto.exercises.judging.submission import NotReadable, Part
from lenproto.exercises.report.types import packed, unpacked
from lenproto.words import Words

# how a function stands in a file, from least to most: imported from lenproto; as it was handed out, without a body;
# perhaps imported with a star; given to its name, or imported by it; written
PACKAGE, EMPTY, STAR, BOUND, WRITTEN = range(5)
ROOT = str(Path(__file__).parents[3])
CODE = f"import sys; sys.path.insert(0, {ROOT!r}); from lenproto.exercises.classes.reading import main; main()"
OUR_OWN = "lenproto"


@dataclass(frozen=True)
class Contents:
    """What stands in a file: functions and how they stand there, modules that it imports; why it cannot be read."""

    functions: dict[str, int] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    unreadable: Words | str = ""
    unknown: bool = False  # reading it has ended the process

    @property
    def own(self) -> dict[str, int]:
        """The functions that are not as they were handed out, nor lenproto's own."""
        return {name: how for name, how in self.functions.items() if how > EMPTY}


def read(paths: Sequence[Path]) -> list[Contents]:
    """Return the Contents of each file."""
    contents: list[Contents] = []
    while len(contents) < len(paths):
        contents += _read(paths[len(contents) :])
        if len(contents) < len(paths):  # the process has ended at this one
            contents.append(Contents(unknown=True))
    return contents


def _read(paths: Sequence[Path]) -> Iterator[Contents]:
    """Yield the Contents of files, as far as the process goes."""
    asked = "".join(f"{json.dumps(os.fspath(path))}\n" for path in paths)
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE],
        input=asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="ascii",
        check=False,
    )
    for line in done.stdout.splitlines():
        with contextlib.suppress(ValueError):  # half a line
            told = json.loads(line)
            yield Contents(
                told["functions"], frozenset(told["imports"]), unpacked(told["unreadable"])
            )


def main() -> None:
    """Answer lines, as long as there are some."""
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(path: str) -> dict[str, object]:
    try:
        parts = submission.read_file(path).parts
    except NotReadable as error:
        return {"functions": {}, "imports": [], "unreadable": packed(error.words)}
    imports = sorted(imported(parts))
    return {"functions": standing(parts), "imports": imports, "unreadable": None}


def standing(parts: Iterable[Part]) -> dict[str, int]:
    """Return how each of the five functions stands in the parts of a file; those that do not are left out."""
    found: dict[str, int] = {}
    for part in parts:
        for node in ast.walk(part.tree):
            for name, how in _given(node):
                found[name] = max(found.get(name, how), how)
    return {name: found[name] for name in FUNCTIONS if name in found}


def imported(parts: Iterable[Part]) -> set[str]:
    """Return the modules that the parts of a file import, by the first of their names."""
    found = set()
    for part in parts:
        for node in ast.walk(part.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module or node.names[0].name)
    return {name.partition(".")[0] for name in found}


def _given(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a node gives something to, of the five, and how."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name, EMPTY if _is_empty(node.body) else WRITTEN
    elif isinstance(node, ast.ClassDef):
        yield node.name, WRITTEN
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id, BOUND
    elif isinstance(node, ast.ImportFrom):
        module = (node.module or "").partition(".")[0]
        how = PACKAGE if module == OUR_OWN else BOUND
        if node.names[0].name != "*":
            yield from ((alias.asname or alias.name, how) for alias in node.names)
        elif module not in sys.stdlib_module_names:
            yield from ((name, min(how, STAR)) for name in FUNCTIONS)
    elif isinstance(node, ast.Import):
        yield from ((alias.asname or alias.name, BOUND) for alias in node.names)


def _is_empty(body: Sequence[ast.stmt]) -> bool:
    """Whether a function's body does nothing: it is as it was handed out."""
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.Raise) and "NotImplementedError" in ast.dump(statement))
        for statement in body
    )
