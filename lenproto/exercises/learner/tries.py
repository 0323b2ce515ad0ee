"""What counts as a try: code of one's own that was not judged before."""

import ast
import hashlib
import inspect
import textwrap

from lenproto.exercises.functions import source_of
from lenproto.exercises.judging.loading import names_in


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
    idle = all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in body
    )
    return idle or ast.dump(tree) == _stub(name)


def _stub(name):
    """The code of a stub in the form of _code; "" where there is none."""
    try:
        text = source_of(name, "stub")
    except OSError:
        return ""
    functions = [
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return ast.dump(_undocumented(ast.Module(functions, [])))


def _family(function):
    """A function, and the functions, classes and constants that it uses and that stand in its own module."""
    found, names = [function], []
    for member in found:
        code, space = getattr(member, "__code__", None), getattr(member, "__globals__", {})
        for name in sorted(names_in(code)) if code else ():
            thing = space.get(name)
            own = getattr(thing, "__module__", None) == member.__module__ and (
                inspect.isfunction(thing) or inspect.isclass(thing)
            )
            if own and thing not in found:
                found.append(thing)
            elif isinstance(thing, bytes | str | int | float | tuple):
                names.append((name, thing))
    return [*found, *names]


def _code(thing):
    """A text that is the same for the same code."""
    if isinstance(thing, tuple):
        return repr(thing)
    tree = _tree(thing)
    if tree is not None:
        return ast.dump(tree)
    if inspect.isclass(thing):
        return "\n".join(
            [
                thing.__qualname__,
                *(_code(method) for method in vars(thing).values() if inspect.isfunction(method)),
            ]
        )
    code = getattr(thing, "__code__", None)
    return _compiled(code) if code else type(thing).__qualname__


def _compiled(code):
    constants = [_compiled(each) if inspect.iscode(each) else repr(each) for each in code.co_consts]
    return repr((code.co_code.hex(), code.co_names, code.co_varnames, constants))


def _tree(thing):
    """A function's or class's source as a tree without docstrings; None if not to be had, as of a lambda in a line."""
    try:
        return _undocumented(ast.parse(textwrap.dedent(inspect.getsource(thing))))
    except (OSError, TypeError, SyntaxError):
        return None


def _undocumented(tree):
    """Take the docstrings out of a tree; return it."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree
