"""What a learner hands in: a Python file, a notebook, or functions out of a running one."""

import ast
import builtins
import io
import json
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from lenproto.exercises.cases import FUNCTIONS
from lenproto.lab import tap

PROGRAM = {*FUNCTIONS, "input", "exit", "quit"}  # a statement that calls one of these is the program's, and defines nothing
CELL = "cell {}"  # the name under which a cell's lines are counted

tap.HELPERS.append(__file__)  # an error out of Elsewhere belongs to the line that used it


class NotReadable(Exception):
    """The file is not there, or no Python: a sentence, with line and column."""


@dataclass(frozen=True)
class Part:
    """A piece of source that is run as a whole: a file, or one cell of a notebook."""

    name: str
    text: str


def read(path):
    """Return the Parts of a .py file or .ipynb notebook. NotReadable if it is neither."""
    path = Path(path)
    try:
        if path.suffix == ".ipynb":
            parts = _cells(path)
        else:
            with tokenize.open(path) as file:
                parts = [Part(path.name, file.read())]
    except FileNotFoundError:
        raise NotReadable(f"{path}: there is no such file") from None
    except OSError as error:
        raise NotReadable(f"{path}: {error.strerror}") from None
    except (SyntaxError, UnicodeError) as error:
        raise NotReadable(f"{path}: it is no text in UTF-8: {error}") from None
    for part in parts:
        try:
            ast.parse(part.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = f"line {getattr(error, 'lineno', 1)}, column {getattr(error, 'offset', 1)}"
            where = f"{path}: {part.name}, {place}" if path.suffix == ".ipynb" else f"{path}: {place}"
            raise NotReadable(f"{where}: {getattr(error, 'msg', error)}") from None
    return parts


def _cells(path):
    """The code cells of a notebook, without the lines that are for Jupyter."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotReadable(f"{path}: it is no notebook: {type(error).__name__} {error}") from None
    return [Part(CELL.format(number), _plain(source)) for number, source in enumerate(sources, 1)]


def _plain(source):
    """A cell's source with Jupyter's own lines emptied, so that the others keep their numbers."""
    if source.lstrip().startswith("%%"):
        return "\n" * source.count("\n")
    return re.sub(r"^(\s*)[%!?].*$", r"\1pass", source, flags=re.MULTILINE)


def names(parts):
    """Return which of the five functions the parts define, or give a name to."""
    found = set()
    for part in parts:
        for node in ast.walk(ast.parse(part.text)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.alias):
                found.add(node.asname or node.name)
    return [name for name in FUNCTIONS if name in found]


def load(parts):
    """Run what the parts define, and nothing else that they do; return the names that they made.

    So a file may also hold the program that uses the functions: calls of its own functions, loops
    and questions at its top level are left out. A statement that fails is left out, too.
    """
    space = {"__name__": "submission", "__builtins__": builtins}
    for part in parts:
        tree = ast.parse(part.text)
        own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} | PROGRAM
        for statement in tree.body:
            if _defines(statement, own, space):
                code = compile(ast.Module([statement], []), part.name, "exec")
                try:
                    exec(code, space)
                except Exception as error:
                    space.setdefault("__failed__", []).append((part.name, statement.lineno, error))
    return space


def _defines(statement, own, space):
    """Whether a statement at the top level defines something, and does not begin the program."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    called = {node.func.id for node in ast.walk(statement) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    if isinstance(statement, ast.While) or called & PROGRAM:
        return False
    if isinstance(statement, ast.Expr):
        if isinstance(statement.value, ast.Constant):
            return True
        function = getattr(statement.value, "func", None)
        while isinstance(function, ast.Attribute):
            function = function.value
        module = isinstance(function, ast.Name) and type(space.get(function.id)).__name__ == "module"
        return module and not called & own
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return not any(_begins(name, space) for name in called)
    return not called & own


def _begins(name, space):
    """Whether a function of the file calls one of the five, or a question, so that it is a program."""
    code = getattr(space.get(name), "__code__", None)
    return code is not None and bool(PROGRAM & set(code.co_names))


def source_lines(parts, name):
    """Return the lines of a part."""
    return next((part.text.splitlines() for part in parts if part.name == name), [])


def pickled(function):
    """Return a function as bytes, with all that it uses of its notebook. NotReadable where something cannot be carried over."""
    import socket
    import threading

    import cloudpickle

    locks = {type(make()): make for make in (threading.Lock, threading.RLock)}

    class Carrier(cloudpickle.Pickler):
        def reducer_override(self, thing):
            if isinstance(thing, socket.socket):
                return Elsewhere, ("a socket",)
            if type(thing) in locks:  # a new one does as well
                return locks[type(thing)], ()
            if type(thing).__module__ == "IPython.core.autocall":  # what exit and quit are in a notebook
                return getattr, (builtins, "exit")
            return super().reducer_override(thing)

    buffer = io.BytesIO()
    try:
        Carrier(buffer).dump(function)
    except Exception as error:
        name = getattr(function, "__name__", "It")
        raise NotReadable(f"{name} uses something that only this notebook has ({error}). "
                          "Let it make that itself, or take it as a parameter.") from None  # fmt: skip
    return buffer.getvalue()


class Elsewhere:
    """Stands for something of the notebook that a function uses, and that cannot be carried over."""

    def __init__(self, what):
        self.__dict__["what"] = what

    def __getattr__(self, name):
        raise NameError(f"it uses {self.what} of the notebook, where one of its parameters is meant")

    def __enter__(self):  # Python looks for these two in the class
        self.enter()

    def __exit__(self, *exception):
        self.exit()
