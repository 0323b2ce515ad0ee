"""The core as a whole: what it imports, how long that takes, how long its functions are."""

import ast
import inspect
import io
import pathlib
import subprocess
import sys
import tokenize

import pytest
from helpers.computing import computed
from helpers.places import ROOT

import lenproto
from lenproto import client, server

CORE = ["__init__", "__main__", "answers", "client", "errors", "server", "wire"]
FIVE = {"initial_contact", "send_requests", "initial_listen", "check_client", "serve_requests"}
IMPORT_LIMIT_S = 0.060  # issue 2: over a bare interpreter's start


def bare_python(program):
    """Run a program in a Python that has nothing but its standard library and this checkout; return its output."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {program}"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        check=True,
        capture_output=True,
        text=True,
        timeout=10,
        stdin=subprocess.DEVNULL,
    ).stdout


def seconds(program):
    """Return how long a bare Python computes to start, run a program, and end."""
    before = computed()
    bare_python(program)
    return computed() - before


def code_lines(function, source):
    """Return how many lines of code a function has: neither docstring, nor comment, nor blank line.

    Its signature counts as one line, however many the formatter gives it.
    """
    documented = function.body[0] if ast.get_docstring(function) else None
    skipped = set(range(function.lineno + 1, function.body[0].lineno))
    skipped |= set(range(documented.lineno, documented.end_lineno + 1)) if documented else set()
    no_code = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in no_code:
            lines.update(range(token.start[0], token.end[0] + 1))
    return sum(
        function.lineno <= line <= function.end_lineno and line not in skipped for line in lines
    )


def test_the_package_gives_the_five_functions_by_name_and_nothing_else():
    assert set(lenproto.__all__) == FIVE
    assert all(callable(getattr(lenproto, name)) for name in FIVE)


@pytest.mark.parametrize("function, extra", [(client.main, ["ask"]), (server.main, ["answers"])])
def test_the_two_programs_take_an_address_and_their_extras_as_keywords(function, extra):
    parameters = inspect.signature(function).parameters.values()
    assert [each.name for each in parameters if each.kind == each.POSITIONAL_OR_KEYWORD] == [
        "ip",
        "port",
    ]
    assert [each.name for each in parameters if each.kind == each.KEYWORD_ONLY] == [
        *extra,
        "timeout_s",
    ]
    assert [each.default for each in parameters][:2] == ["127.0.0.1", 8820]


@pytest.mark.parametrize(
    "function, default_s",
    [
        (lenproto.initial_contact, 10),
        (lenproto.send_requests, 10),
        (client.main, 10),
        (lenproto.check_client, 300),
        (lenproto.serve_requests, 300),
        (server.main, 300),
    ],
)
def test_time_limits_are_the_contracts_where_nobody_gives_one(function, default_s):
    assert inspect.signature(function).parameters["timeout_s"].default == default_s


@pytest.mark.parametrize("module", ["lenproto", "lenproto.__main__"])
def test_import_pulls_in_the_standard_library_only(module):
    modules = bare_python(f"import {module}; print(*sys.modules)").split()
    assert module in modules
    foreign = (
        {name.partition(".")[0] for name in modules}
        - sys.stdlib_module_names
        - {"lenproto", "__main__"}
    )
    assert foreign == set()
    assert [name for name in modules if name.startswith("lenproto.lab")] == [], (
        "the core knows nothing of the lab"
    )


def test_import_is_quick():
    seconds("import lenproto")  # the first time, Python may have to read the files from the disk
    with_it, without = zip(
        *((seconds("import lenproto"), seconds("pass")) for _ in range(7)), strict=True
    )
    assert min(with_it) - min(without) < IMPORT_LIMIT_S  # the least disturbed of each


@pytest.mark.parametrize("module", CORE)
def test_no_function_of_the_core_has_more_than_20_lines_of_code(module):
    source = pathlib.Path(lenproto.__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    lines = {function.name: code_lines(function, source) for function in functions}
    assert {name: count for name, count in lines.items() if count > 20} == {}


def test_code_lines_are_counted_as_a_reader_counts_them():
    source = 'def f(a,\n      b):\n    """Two\n    lines."""\n\n    # why\n    return """x\n    y""", a  # so\n'
    assert code_lines(ast.parse(source).body[0], source) == 3


def test_every_function_of_the_core_says_what_it_does():
    for module in CORE:
        source = (
            pathlib.Path(lenproto.__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
        )
        assert ast.get_docstring(ast.parse(source)), module
        assert [
            node.name
            for node in ast.walk(ast.parse(source))
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not ast.get_docstring(node)
        ] == []
