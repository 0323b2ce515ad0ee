"""How a submission is loaded: what it defines is run, and what only uses it is not."""

import __future__

import ast
import inspect
import linecache
import random
import sys
import types
from collections.abc import Sequence
from typing import Any

from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.judging.submission import MODULE, Part, parse

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
# what shows and checks: it stands around a submission, and is no part of it
LESSONS = ("lenproto.lab", "lenproto.exercises")


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
    trees = [(part.name, parse(part.text, part.name)) for part in parts]
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
