"""Names that are not on every system, or do something else there; and where the code of lenproto has them.

Which names a system lacks is read from the types that come with mypy (typeshed), where such names stand behind
`if sys.platform …`. What is there but does something else stands in OTHERWISE.
"""

import ast
import functools
import importlib.resources
import re
import sys

SYSTEMS = ("linux", "darwin", "win32")
# there on all, with another meaning on Windows
OTHERWISE = {
    *(
        "os.chmod",
        "os.kill",
        "os.symlink",
        "os.umask",
        "os.execv",
        "os.replace",
        "os.rename",
        "os.unlink",
    ),
    *("signal.SIGTERM", "socket.SO_REUSEADDR", "select.select", "os.name", "sys.platform"),
}
# words of a call
OPTIONS = {
    "start_new_session",
    "preexec_fn",
    "pass_fds",
    "process_group",
    "dir_fd",
    "creationflags",
    "startupinfo",
}
PLACE = re.compile(r"/(?:proc|dev|tmp|sys|etc|usr|var|bin)(?=/|$|\b)")


@functools.cache
def stub(module):
    """The types of a module of the standard library, as a tree; None where there are none."""
    root = importlib.resources.files("mypy") / "typeshed" / "stdlib"
    way = module.replace(".", "/")
    for file in (root / f"{way}.pyi", root / way / "__init__.pyi"):
        if file.is_file():
            return ast.parse(file.read_text(encoding="utf-8"))
    return None


@functools.cache
def known(module, system):
    """The names that a module has on a system, by its types."""
    tree = stub(module)
    return frozenset(_defined(tree.body, system, module)) if tree else frozenset()


def _defined(body, system, module):
    for node in body:
        match node:
            case ast.If():
                holds = _holds(node.test, system)
                if holds is not False:
                    yield from _defined(node.body, system, module)
                if holds is not True:
                    yield from _defined(node.orelse, system, module)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign():
                yield from (each.id for each in node.targets if isinstance(each, ast.Name))
            case ast.Import():
                yield from (each.asname or each.name for each in node.names)
            case ast.ImportFrom():
                yield from _imported(node, system, module)


def _imported(node, system, module):
    for each in node.names:
        if each.name != "*":
            yield each.asname or each.name
        elif node.module and node.module != module:
            yield from known(node.module, system)


def _holds(test, system):
    """Whether a condition holds on a system: True, False, or None where it is about something else."""
    match test:
        case ast.Compare(
            left=ast.Attribute(attr="platform"), ops=[op], comparators=[ast.Constant(value=value)]
        ):
            return (system == value) == isinstance(op, ast.Eq)
        case ast.Compare(
            left=ast.Attribute(attr="version_info"), ops=[op], comparators=[ast.Tuple() as least]
        ):
            newer = sys.version_info >= ast.literal_eval(least)
            return newer if isinstance(op, ast.GtE) else not newer
        case ast.BoolOp():
            parts = [_holds(each, system) for each in test.values]
            decides = isinstance(test.op, ast.Or)
            if decides in parts:
                return decides
            return None if None in parts else not decides
        case ast.UnaryOp(op=ast.Not()):
            part = _holds(test.operand, system)
            return None if part is None else not part
    return None


@functools.cache
def lacking(module, name):
    """The systems, of SYSTEMS, that lack a name of a module of the standard library; none, if nobody knows the name."""
    have = [system for system in SYSTEMS if name in known(module, system)]
    return tuple(system for system in SYSTEMS if system not in have) if have else ()


@functools.cache
def is_everywhere(module):
    """Whether a module of the standard library is there on every system: with something of its own in it."""
    tree = stub(module)
    there = [bool(set(_own(tree.body, system))) for system in SYSTEMS] if tree else []
    return len(set(there)) < 2


def _own(body, system):
    """The names that are no imports."""
    kept = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    yield from (name for name in _defined(kept, system, "") if not name.startswith("_"))


def uses(tree):
    """Give what in a file's code is not the same on all systems: (line, name)."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {
                each.asname or each.name.partition(".")[0]: each.name for each in node.names
            }
    for node in ast.walk(tree):
        for name in _named(node, modules):
            yield getattr(node, "lineno", 0), name


def _named(node, modules):
    match node:
        case ast.Attribute(value=ast.Name(id=of), attr=name) if of in modules:
            yield from _told(modules[of], name)
        case ast.ImportFrom(module=str(module), level=0):
            for each in node.names:
                yield from _told(module, each.name)
            yield from () if is_everywhere(module) else (module,)
        case ast.Import():
            yield from (each.name for each in node.names if not is_everywhere(each.name))
        case ast.Call():
            yield from (each.arg for each in node.keywords if each.arg in OPTIONS)
            yield from _fetched(node, modules)
        case ast.Constant(value=str(text)):
            yield from _written(text)


def _fetched(node, modules):
    """What getattr() and hasattr() name."""
    match node:
        case ast.Call(
            func=ast.Name(id="getattr" | "hasattr"),
            args=[ast.Name(id=of), ast.Constant(value=str(name)), *_],
        ) if of in modules:
            yield from _told(modules[of], name)


def _written(text):
    """What a text names: a place of one system, a signal, or a function such as os.fork."""
    if text in OPTIONS:
        yield text
    if re.fullmatch(r"SIG[A-Z0-9]+", text):
        yield from _told("signal", text)
    elif found := re.fullmatch(r"([a-z_]+)\.(\w+)", text):
        yield from _told(*found.groups())
    elif "\n" not in text:
        yield from PLACE.findall(text)


def _told(module, name):
    if f"{module}.{name}" in OTHERWISE or lacking(module, name):
        yield f"{module}.{name}"
