"""What a learner has done so far, kept between visits: a small JSON file in the user's data folder.

The environment variable LENPROTO_PROGRESS names another file; "off" keeps nothing on the disk. Whatever is
wrong with the file, a lesson goes on: the progress is then kept as long as this Python runs.

    {"version": 1, "functions": {NAME: {"tried": [...], "spec": true, "shock": false, "last": "2026-11-22"}}}

tried has a short hash of the code of each honest try.
"""

import ast
import contextlib
import datetime
import hashlib
import inspect
import json
import os
import tempfile
import textwrap
import time
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from lenproto.exercises.cases import FUNCTIONS, LEVELS

VERSION = 1
VARIABLE = "LENPROTO_PROGRESS"
OFF = "off"
LOCK_S = 1.0  # seconds that another notebook may take to write; then we go on without waiting
LOOK_S = 0.005  # between two looks at whether it has
_memory = {}  # what could not be kept in a file, in the form of the file


@dataclass
class Record:
    """The progress with one function: hashes of the honest tries, which levels passed ever, the day of the last try."""

    tried: list = field(default_factory=list)
    spec: bool = False
    shock: bool = False
    last: str = ""

    @property
    def passed(self):
        """Whether both levels passed."""
        return self.spec and self.shock


def path():
    """Return where the progress is kept; None where it is switched off."""
    named = os.environ.get(VARIABLE, "")
    if named.lower() == OFF:
        return None
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_data_path("lenproto", appauthor=False) / "progress.json"


def recorded():
    """Return the progress with each of the five functions, {name: Record}, and a sentence if the file cannot be read."""
    kept, trouble = _kept()
    return {name: _record(kept, name) for name in FUNCTIONS}, trouble


def record(function, name, verdict):
    """Keep that a function was judged, and what came of it; return a sentence if it could not be kept, else "".

    An untouched stub, and a function of lenproto itself, are no tries.
    """
    if is_ours(function) or is_stub(function, name):
        return ""
    passed = {level: verdict[level] == "pass" for level in LEVELS}
    return _change(lambda kept: _add(kept, name, fingerprint(function), passed))


def forget():
    """Forget everything; return a sentence if the file could not be removed, else ""."""
    _memory.clear()
    where = path()
    if where is None:
        return ""
    try:
        with _locked(where):
            for file in (where, _broken(where)):
                file.unlink(missing_ok=True)
    except OSError as error:
        return f"Your progress could not be forgotten: {_why(error)}."
    return ""


# ---- what counts as a try ----


def fingerprint(function):
    """Return a short hash of a function's code and of the code that it uses of its own notebook or file.

    Blanks, comments and docstrings make no difference.
    """
    parts = [*map(_code, _family(inspect.unwrap(function)))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def is_ours(function):
    """Whether a function is one of lenproto's own, and nobody's exercise."""
    module = getattr(inspect.unwrap(function), "__module__", None) or ""
    return module.split(".")[0] == "lenproto"


def is_stub(function, name):
    """Whether a function is still the stub, or does nothing at all."""
    tree = _tree(inspect.unwrap(function))
    if tree is None or not isinstance(tree.body[0], ast.FunctionDef):
        return False
    body = tree.body[0].body
    idle = all(isinstance(line, ast.Pass) or isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in body)
    return idle or ast.dump(tree) == _stub(name)


def _stub(name):
    """The code of a stub in the form of _code; "" where there is none."""
    try:
        text = (resources.files("lenproto.exercises") / "stubs" / f"{name}.py").read_text("utf-8")
    except OSError:
        return ""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name]
    return ast.dump(_undocumented(ast.Module(functions, [])))


def _family(function):
    """A function, and the functions, classes and constants that it uses and that stand in its own module."""
    found, names = [function], []
    for member in found:
        code, space = getattr(member, "__code__", None), getattr(member, "__globals__", {})
        for name in sorted(_names(code)) if code else ():
            thing = space.get(name)
            own = getattr(thing, "__module__", None) == member.__module__ and (inspect.isfunction(thing) or inspect.isclass(thing))
            if own and thing not in found:
                found.append(thing)
            elif isinstance(thing, bytes | str | int | float | tuple):
                names.append((name, thing))
    return [*found, *names]


def _names(code):
    """All names that a function's code uses, and those of the functions in it."""
    inner = [constant for constant in code.co_consts if inspect.iscode(constant)]
    return {*code.co_names}.union(*map(_names, inner))


def _code(thing):
    """A text that is the same for the same code."""
    if isinstance(thing, tuple):
        return repr(thing)
    tree = _tree(thing)
    if tree is not None:
        return ast.dump(tree)
    if inspect.isclass(thing):
        return "\n".join([thing.__qualname__, *(_code(method) for method in vars(thing).values() if inspect.isfunction(method))])
    code = getattr(thing, "__code__", None)
    return _compiled(code) if code else type(thing).__qualname__


def _compiled(code):
    constants = [_compiled(each) if inspect.iscode(each) else repr(each) for each in code.co_consts]
    return repr((code.co_code.hex(), code.co_names, code.co_varnames, constants))


def _tree(thing):
    """The source of a function or class as a tree without docstrings; None where it cannot be had, as of a lambda in a line."""
    try:
        return _undocumented(ast.parse(textwrap.dedent(inspect.getsource(thing))))
    except (OSError, TypeError, SyntaxError):
        return None


def _undocumented(tree):
    """Take the docstrings out of a tree; return it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


# ---- the file ----


def _record(kept, name):
    """What a file's content says of a function, as far as it makes sense."""
    said = kept["functions"].get(name)
    said = said if isinstance(said, dict) else {}
    tried = [each for each in _list(said.get("tried")) if isinstance(each, str)]
    last = said.get("last")
    return Record(tried, said.get("spec") is True, said.get("shock") is True, last if isinstance(last, str) else "")


def _list(value):
    return value if isinstance(value, list) else []


def _add(kept, name, tried, passed):
    """Note a try in what is kept. What we do not know in it, of a newer version, stays."""
    before = _record(kept, name)
    said = kept["functions"].get(name)
    kept["functions"][name] = (said if isinstance(said, dict) else {}) | {
        "tried": before.tried if tried in before.tried else [*before.tried, tried],
        "spec": before.spec or passed["spec"],
        "shock": before.shock or passed["shock"],
        "last": datetime.date.today().isoformat(),
    }


def _change(change):
    """Let change(kept) alter what is kept; return a sentence if that does not reach the file, else ""."""
    where, trouble = path(), ""
    if where is not None:
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            with _locked(where):
                kept, trouble = _read(where)
                if trouble:
                    os.replace(where, _broken(where))
                    trouble += " It was put aside, and a new one begun."
                change(kept)
                _write(where, kept)
            return trouble
        except OSError as error:
            trouble = f"Your progress could not be kept in a file ({_why(error)}): it lasts until the kernel is restarted."
    _memory.setdefault("functions", {})
    change(_memory)
    return trouble


def _kept():
    """What is kept, in the form of the file, and a sentence if the file cannot be read. What is only remembered stands in for it."""
    where = path()
    kept, trouble = {"functions": {}}, ""
    if where is not None:
        try:
            with _locked(where):
                kept, trouble = _read(where)
        except OSError as error:
            trouble = f"Your progress cannot be read ({_why(error)})."
    for name in _memory.get("functions", {}):
        here, there = _record(_memory, name), _record(kept, name)
        kept["functions"][name] = {
            "tried": list(dict.fromkeys([*there.tried, *here.tried])),
            "spec": here.spec or there.spec, "shock": here.shock or there.shock, "last": max(here.last, there.last),
        }  # fmt: skip
    return kept, trouble


def _read(where):
    """The content of a file, empty if there is none; and a sentence where it makes no sense."""
    empty = {"version": VERSION, "functions": {}}
    try:
        kept = json.loads(where.read_text("utf-8"))
        if not isinstance(kept, dict) or not isinstance(kept.get("functions"), dict):
            raise ValueError("it is no record of progress")
    except FileNotFoundError:
        return empty, ""
    except (ValueError, RecursionError):
        return empty, f"The file with your progress, {where}, is damaged."
    return kept, ""


def _write(where, kept):
    """Write all at once: whoever reads meanwhile finds the old file or the new one, never half of one."""
    descriptor, new = tempfile.mkstemp(prefix=f".{where.name}.", dir=where.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
        os.replace(new, where)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def _broken(where):
    """Where a damaged file is put."""
    return where.with_name(where.name + ".broken")


def _why(error):
    return error.strerror or str(error)


@contextlib.contextmanager
def _locked(where):
    """In here no other notebook changes the file. Where the system has no locks, or waiting takes too long, go on without."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = stack.enter_context(open(where.with_name(f".{where.name}.lock"), "a+b"))
            ends = time.monotonic() + LOCK_S
            while not (locked := _lock(file)) and time.monotonic() < ends:
                time.sleep(LOOK_S)
            if locked:
                stack.callback(_unlock, file)
        yield


try:
    import fcntl

    def _lock(file):
        """Try to lock an open file; return whether it worked."""
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def _unlock(file):
        fcntl.flock(file, fcntl.LOCK_UN)

except ImportError:
    import msvcrt

    def _lock(file):
        """Try to lock an open file; return whether it worked."""
        with contextlib.suppress(OSError):
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        return False

    def _unlock(file):
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
