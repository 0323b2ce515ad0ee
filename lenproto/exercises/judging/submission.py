"""What a learner hands in: a Python file or a notebook, as the parts that are run as a whole."""

import ast
import codecs
import functools
import io
import json
import re
import sys
import threading
import tokenize
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.judging.cells import plain
from lenproto.exercises.report.types import Job
from lenproto.words import Words

MODULE = "submission"  # its __name__
CELL = "cell {}"  # the name under which a cell's lines are counted
SOURCE_BYTES = 1_000_000
NOTEBOOK_BYTES = 50_000_000  # pictures included
# what Python says of lines that were right in Python 2
PYTHON_2 = re.compile(
    r"Missing parentheses in call to '(print|exec)'|multiple exception types must be parenthesized"
)

_quiet = threading.Lock()  # what warns is one for all threads


class NotReadable(Exception):
    """The file is not there, or no Python: the words for it, with line and column."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words


def unreadable(kind: str, /, **values: Any) -> NotReadable:
    return NotReadable(Words(f"judging.unreadable.{kind}", **values))


@dataclass(frozen=True)
class Part:
    """A piece of source that is run as a whole: a file, or one cell of a notebook."""

    name: str
    text: str

    @functools.cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree. NotReadable if there is none."""
        return parse(self.text, "" if self.name.endswith(".py") else self.name)


@dataclass(frozen=True)
class Submission:
    """What was handed in, read: its parts, and notes on what is no Python among them."""

    parts: list[Part]
    notes: list[Words]


def job(path: str | PathLike[str]) -> Job:
    """Return what a worker needs to judge a file: its content and its folder. NotReadable where there is none."""
    path = Path(path)
    try:
        content = _content(path, NOTEBOOK_BYTES if _is_notebook(path.name) else SOURCE_BYTES)
    except NotReadable as error:
        raise unreadable("file", file=str(path), why=error.words) from None
    folder = str(path.resolve().parent)
    return {"file": path.name, "content": content, "function": "", "path": [folder]}


def read(file: str, content: bytes) -> Submission:
    """Return what a file of this name holds. NotReadable if it is no Python and no notebook.

    A cell that is no Python is left out, and noted; a file of Python is read as a whole, or not at all.
    """
    try:
        text = _decoded(content)
        if _is_notebook(file):
            return _cells(text)
        part = Part(file, text)
        return Submission([part], []) if part.tree else Submission([], [])
    except NotReadable as error:
        raise unreadable("file", file=file, why=error.words) from None


def read_file(path: str | PathLike[str]) -> Submission:
    """Return what a file holds. NotReadable as job() and read()."""
    found = job(path)
    return read(found["file"], found["content"])


def _is_notebook(file: str) -> bool:
    return file.lower().endswith(".ipynb")


def _content(path, most):
    """The bytes of a file."""
    try:
        if path.is_dir():
            raise unreadable("folder")
        if path.exists() and not path.is_file():
            raise unreadable("no-file")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise unreadable("missing") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or str(error)
        raise unreadable("closed", why=why) from None
    if len(content) > most:
        raise unreadable("large", size=f"{most / 1e6:g}")
    return content


def _decoded(content):
    """The text of a file, with one kind of line end."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise unreadable("utf-16", place=_at(1, 1))
    if b"\0" in content:
        raise unreadable("zero-byte", place=_place(content, content.index(0)))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable(
            "no-text",
            place=_place(content, error.start),
            byte=f"0x{content[error.start]:02x}",
            encoding=encoding.upper(),
        ) from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        start = _wrong_byte(content)
        if start is None:
            place, why = _at(1, 1), str(getattr(error, "msg", error))
        else:
            place, why = _place(content, start), Words("judging.unreadable.other-encoding")
        raise unreadable("no-utf-8", place=place, why=why) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _wrong_byte(content):
    """Where bytes are no UTF-8 for the first time; None if they are."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _place(content, at):
    """The line and column of a byte."""
    before = content[:at]
    return _at(before.count(10) + 1, at - before.rfind(10))


def _at(line, column, cell=""):
    """A place in a file, or in a cell of a notebook."""
    if cell:
        return Words("judging.place-in-cell", cell=cell, line=line, column=column)
    return Words("judging.place-in-file", line=line, column=column)


def parse(text, cell=""):
    """Return the syntax tree of a file, or of a cell, which may also await. NotReadable if there is none."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if cell else 0
    try:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(text, MODULE, "exec", ast.PyCF_ONLY_AST | flags, dont_inherit=True)
            # finds a return outside of a function, too
            compile(tree, MODULE, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        place = _at(error.lineno or 1, error.offset or 1, cell)
        kind = "python-2" if PYTHON_2.match(error.msg or "") else "no-python"
        raise unreadable(kind, place=place, error=error.msg) from error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        kind = type(error).__name__
        raise unreadable("nested", place=_at(1, 1, cell), kind=kind) from error
    return tree


def _cells(text):
    """The code cells of a notebook, without the lines that are for Jupyter."""
    try:
        notebook = json.loads(text)
    except ValueError as error:
        place = _at(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        why = str(getattr(error, "msg", error))
        raise unreadable("no-notebook", place=place, why=why) from None
    except RecursionError:
        raise unreadable("nested-notebook", place=_at(1, 1)) from None
    try:
        sheets = [notebook] if "cells" in notebook else notebook["worksheets"]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        sources = [
            "".join(cell.get("source", cell.get("input", "")))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (KeyError, TypeError, AttributeError):
        raise unreadable("no-cells", place=_at(1, 1)) from None
    if sum(map(len, sources)) > SOURCE_BYTES:
        raise unreadable("large-cells", size=f"{SOURCE_BYTES / 1e6:g}")
    parts, notes = [], []
    for number, source in enumerate(sources, 1):
        part = Part(CELL.format(number), plain(source))
        try:
            part.tree  # noqa: B018
            parts.append(part)
        except NotReadable as error:
            notes.append(Words("judging.note.no-python", why=error.words))
    return Submission(parts, notes)


def names(parts: Iterable[Part]) -> list[str]:
    """Return which of the five functions the parts define, give a name to, or may import with a star."""
    found = set()
    for part in parts:
        for node in ast.walk(part.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.alias):
                found.add(node.asname or node.name)
            if (
                isinstance(node, ast.ImportFrom)
                and node.names[0].name == "*"
                and node.module not in sys.stdlib_module_names
            ):
                return list(FUNCTIONS)
    return [name for name in FUNCTIONS if name in found]
