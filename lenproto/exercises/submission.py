"""What a learner hands in: a Python file, a notebook, or functions out of a running one."""

import __future__

import ast
import builtins
import codecs
import inspect
import io
import json
import linecache
import random
import re
import sys
import threading
import tokenize
import types
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.report_types import CaseReport, Job, Report, StepReport
from lenproto.lab import tap
from lenproto.words import Words, say

# a statement that calls one of these is the program's, and defines nothing
PROGRAM = {*FUNCTIONS, "input", "exit", "quit"}
ENDING = {"exit", "_exit", "abort", "SystemExit"}  # the same for methods: of sys and os
# the same, in a call that stands by itself
TALKING = {
    "accept",
    "connect",
    "create_connection",
    "create_server",
    "listen",
    "run",
    "serve_forever",
    "start",
    "submit",
}
DEFINITIONS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
MODULE = "submission"  # its __name__
# what shows and checks: it stands around a submission, and is no part of it
LESSONS = ("lenproto.lab", "lenproto.exercises")
CELL = "cell {}"  # the name under which a cell's lines are counted
SOURCE_BYTES = 1_000_000
NOTEBOOK_BYTES = 50_000_000  # pictures included
PYTHON_CELLS = {"capture", "time", "timeit", "prun"}  # cell magics with Python below them
# how lines look that are for Jupyter
JUPYTERS = re.compile(r"(?P<indent>\s*)(?:(?P<name>\w+\s*=\s*)?[%!]|\?|.*\?\s*$)")

_quiet = threading.Lock()  # what warns is one for all threads

tap.HELPERS.append(__file__)  # an error out of Elsewhere belongs to the line that used it


class NotReadable(Exception):
    """The file is not there, or no Python: the words for it, with line and column."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words


def _unreadable(kind: str, /, **values: Any) -> NotReadable:
    return NotReadable(Words(f"judging.unreadable.{kind}", **values))


@dataclass(frozen=True)
class Part:
    """A piece of source that is run as a whole: a file, or one cell of a notebook."""

    name: str
    text: str


def job(path: str | PathLike[str]) -> Job:
    """Return what a worker needs to judge a file: names it may make, Parts, folder. NotReadable as read()."""
    parts = read(path)
    return {
        "names": names(parts),
        "parts": [[part.name, part.text] for part in parts],
        "path": [str(Path(path).resolve().parent)],
    }


def add_sources(report: Report, job: Job) -> None:
    """Add to the failed cases of a report, and to their steps, what stands in the line of each: "source"."""
    lines = {name: text.split("\n") for name, text in job["parts"]}
    cases = (case for verdict in report["functions"].values() for case in verdict["cases"])
    for case in (case for case in cases if case["verdict"] == "fail"):
        both: list[CaseReport | StepReport] = [case, *case["steps"]]
        for told in both:
            _, number, name = told.get("where") or ("", 0, "")
            source = lines.get(name, [])
            told["source"] = told.get("source") or (
                source[number - 1].strip() if 0 < number <= len(source) else ""
            )


def read(path: str | PathLike[str]) -> list[Part]:
    """Return the Parts of a .py file or .ipynb notebook. NotReadable if it is neither."""
    path = Path(path)
    notebook = path.suffix.lower() == ".ipynb"
    try:
        text = _decoded(_content(path, NOTEBOOK_BYTES if notebook else SOURCE_BYTES))
        if notebook:
            return _cells(text)
        _parse(text)
        return [Part(path.name, text)]
    except NotReadable as error:
        raise _unreadable("file", file=str(path), why=error.words) from None


def _content(path, most):
    """The bytes of a file."""
    try:
        if path.is_dir():
            raise _unreadable("folder")
        if path.exists() and not path.is_file():
            raise _unreadable("no-file")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise _unreadable("missing") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or str(error)
        raise _unreadable("closed", why=why) from None
    if len(content) > most:
        raise _unreadable("large", size=f"{most / 1e6:g}")
    return content


def _decoded(content):
    """The text of a file, with one kind of line end."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _unreadable("utf-16", place=_at(1, 1))
    if b"\0" in content:
        raise _unreadable("zero-byte", place=_place(content, content.index(0)))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(
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
        raise _unreadable("no-utf-8", place=place, why=why) from None
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


def _parse(text, cell=""):
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
        raise _unreadable("no-python", place=place, error=error.msg) from error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        kind = type(error).__name__
        raise _unreadable("nested", place=_at(1, 1, cell), kind=kind) from error
    return tree


def _cells(text):
    """The code cells of a notebook, without the lines that are for Jupyter."""
    try:
        notebook = json.loads(text)
    except ValueError as error:
        place = _at(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        why = str(getattr(error, "msg", error))
        raise _unreadable("no-notebook", place=place, why=why) from None
    except RecursionError:
        raise _unreadable("nested-notebook", place=_at(1, 1)) from None
    try:
        sheets = [notebook] if "cells" in notebook else notebook["worksheets"]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        sources = [
            "".join(cell.get("source", cell.get("input", "")))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (KeyError, TypeError, AttributeError):
        raise _unreadable("no-cells", place=_at(1, 1)) from None
    if sum(map(len, sources)) > SOURCE_BYTES:
        raise _unreadable("large-cells", size=f"{SOURCE_BYTES / 1e6:g}")
    return [
        Part(CELL.format(number), _plain(source, CELL.format(number)))
        for number, source in enumerate(sources, 1)
    ]


def _plain(source, cell):
    """A cell's source with Jupyter's own lines emptied, so that the others keep their numbers.

    NotReadable if it is no Python.
    """
    source = source.replace("\r\n", "\n")
    if magic := re.match(r"\s*%%(\w+).*", source):
        if magic[1] not in PYTHON_CELLS:
            return "\n" * source.count("\n")
        source = source[: magic.start()] + "pass" + source[magic.end() :]
    for _ in range(source.count("\n") + 1):
        try:
            _parse(source, cell)
            return source
        except NotReadable as error:
            lines = source.split("\n")
            at = (getattr(error.__cause__, "lineno", None) or 1) - 1
            if at >= len(lines) or not (magic := JUPYTERS.match(lines[at])):
                raise
            lines[at] = (
                f"{magic['indent']}{magic['name'] or ''}{'None' if magic['name'] else 'pass'}"
            )
            source = "\n".join(lines)
    return source


def names(parts: Iterable[Part]) -> list[str]:
    """Return which of the five functions the parts define, give a name to, or may import with a star."""
    found = set()
    for part in parts:
        for node in ast.walk(_parse(part.text, part.name)):
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


def load(parts: Sequence[Part]) -> dict[str, Any]:
    """Run what the parts define, and nothing else that they do; return the names that they made.

    So a file may also hold the program that uses the functions: calls of its own functions, loops
    and questions at its top level are left out; so is what shows and checks them in a lesson.
    A statement that fails is left out, too.
    """
    random.seed(1)  # what is drawn at its top level is the same each time
    # dataclasses look there for the names of types
    module = sys.modules[MODULE] = types.ModuleType(MODULE)
    space = module.__dict__
    space["__file__"] = parts[0].name if parts else ""
    for part in parts:  # where a line of it is asked for
        linecache.cache[part.name] = (
            len(part.text),
            None,
            part.text.splitlines(keepends=True),
            part.name,
        )
    trees = [(part.name, _parse(part.text, part.name)) for part in parts]
    own = {
        node.name
        for _, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    } | PROGRAM
    future = 0  # what a `from __future__ import` changes goes for all that follows
    around: set[str] = set()  # the names of what belongs to a lesson
    for name, tree in trees:
        for statement in tree.body:
            if _is_around(statement, around):
                continue
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                future |= sum(
                    getattr(__future__, each.name).compiler_flag for each in statement.names
                )
            elif _defines(statement, own, space):
                _run(statement, name, future, space)
    return space


def _run(statement, name, flags, space):
    """Run one statement, and note whether it failed."""
    try:
        exec(compile(ast.Module([statement], []), name, "exec", flags, dont_inherit=True), space)
    except BaseException as error:  # exit() is none of the program's business here
        space.setdefault("__failed__", []).append((name, statement.lineno, error))


def _is_around(statement, around):
    """Whether a statement is a lesson's: it imports what shows and checks, or uses that.

    Its names are put to those around.
    """
    if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(LESSONS):
        around.update(each.asname or each.name for each in statement.names)
        return True
    if isinstance(statement, DEFINITIONS):
        return False
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    if not any(name.id in around for name in names):
        return False
    around.update(name.id for name in names if isinstance(name.ctx, ast.Store))
    return True


def _defines(statement, own, space):
    """Whether a statement at the top level defines something, and does not begin the program."""
    if isinstance(statement, DEFINITIONS):
        return True
    called = {
        node.func.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    methods = {
        node.func.attr
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    if isinstance(statement, ast.While) or called & PROGRAM or methods & ENDING:
        return False
    if isinstance(statement, ast.Expr):
        function = getattr(statement.value, "func", None)
        while isinstance(function, ast.Attribute):
            function = function.value
        # such as REQUESTS.update(…), register(…)
        calls = isinstance(function, ast.Name) and function.id in space
        return isinstance(statement.value, ast.Constant) or (
            calls and not _reached(_used(statement), space) & (PROGRAM | ENDING | TALKING)
        )
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return not _reached(called | methods, space) & PROGRAM
    return not called & own


def _used(statement):
    """All names in a statement, those behind dots included."""
    nodes = list(ast.walk(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def _reached(names, space):
    """These names, and all that the code uses which stands under them in the file, and so on."""
    codes = {}
    own = [
        value
        for value in list(space.values())
        if isinstance(value, type) and value.__module__ == MODULE
    ]
    for owner in (space, *map(vars, own)):
        for name, value in list(owner.items()):
            codes.setdefault(name, []).append(_code(value))
    for each in own:  # its name makes one
        codes[each.__name__] = [_code(vars(each).get("__init__"))]
    reached, left = set(), set(names)
    while left:
        reached.add(name := left.pop())
        left |= {used for code in codes.get(name, ()) if code for used in names_in(code)} - reached
    return reached


def _code(value):
    """The code of a function, however it stands in a file or class; None of anything else."""
    within = "fget" if isinstance(value, property) else "__func__"
    value = getattr(value, within, value)
    if not isinstance(value, types.FunctionType):
        return None
    return getattr(inspect.unwrap(value), "__code__", None)


def names_in(code):
    """All names that code uses, also in the functions within it."""
    inner = (each for each in code.co_consts if isinstance(each, types.CodeType))
    return set(code.co_names).union(*map(names_in, inner))


def pickled(function: Callable[..., object]) -> bytes:
    """Return a function as bytes, with all that it uses of its notebook.

    NotReadable where something cannot be carried over.
    """
    import socket
    import threading

    import cloudpickle

    locks = {type(make()): make for make in (threading.Lock, threading.RLock)}

    class Carrier(cloudpickle.Pickler):
        def reducer_override(self, thing):
            if isinstance(thing, socket.socket):
                return Elsewhere, ("socket",)
            if type(thing) in locks:  # a new one does as well
                return locks[type(thing)], ()
            if type(thing).__module__ == "IPython.core.autocall":
                # what exit and quit are in a notebook
                return getattr, (builtins, "exit")
            if isinstance(thing, types.CodeType):
                return _made_in, (thing.co_filename, *self.dispatch_table[types.CodeType](thing))
            return super().reducer_override(thing)

    buffer = io.BytesIO()
    try:
        Carrier(buffer).dump(function)
    except Exception as error:
        if name := getattr(function, "__name__", ""):
            raise _unreadable("bound-here", name=name, error=str(error)) from None
        raise _unreadable("it-is-bound-here", error=str(error)) from None
    return buffer.getvalue()


def _made_in(file, make, parts):
    """Make code anew, with the name of its file: cloudpickle may leave that out, a verdict may not."""
    return make(*parts).replace(co_filename=file)


class Elsewhere:
    """Stands for something of the notebook that a function uses, and that cannot be carried over: what it is."""

    def __init__(self, what):
        self.__dict__["what"] = what

    def __getattr__(self, name):
        raise NameError(say(f"judging.error.elsewhere.{self.what}"))

    def __enter__(self):  # Python looks for these two in the class
        self.enter()

    def __exit__(self, *exception):
        self.exit()
