"""What can be handed in, and what is said of files that cannot be read."""

import json
import textwrap

import pytest

from lenproto.exercises.judging import loading, submission
from lenproto.exercises.judging.submission import NotReadable, Part

LISTEN = "def initial_listen(ip, port):\n    return None\n"


@pytest.fixture
def said(tmp_path):
    """said(content, name) writes a file of these bytes, and returns why it is not readable."""

    def said(content, name="work.py"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotReadable) as problem:
            submission.read(path)
        assert "\n" not in str(problem.value)
        return str(problem.value).removeprefix(f"{path}: ")

    return said


def notebook(*cells, **more):
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": cell} for cell in cells], **more}
    ).encode()


def names_of(path):
    return submission.job(path)["names"]


@pytest.mark.parametrize(("content", "sentence"), [
    (b"x = (\n", "line 1, column 5: '(' was never closed"),
    (b"x = 1\nreturn x\n", "line 2, column 1: 'return' outside function"),
    (b"x = await y\n", "line 1, column 5: 'await' outside function"),
    (b"if True:\n\tx = 1\n        y = 2\n", "line 3, column 1: inconsistent use of tabs"),
    (b"# \xe9t\xe9\n", "line 1, column 3: it is no text in UTF-8"),
    (b"\n\n\nx = '\xff'\n", "line 4, column 6: the byte 0xff is no text in UTF-8. Save it as UTF-8"),
    (b"# coding: klingon\n", "line 1, column 1: it is no text in UTF-8 (unknown encoding: klingon)"),
    (b"# coding: rot13\n", "line 1, column 1: it is no text in UTF-8 ('rot13' is not a text encoding"),
    (b"# coding: undefined\n", "line 1, column 1: it is no text in UTF-8 ("),
    (b"\xff\xfex\0", "UTF-16"),
    (b"x = 1\nab\0", "line 2, column 3: there is a zero byte"),
    (b"x = " + b"-" * 100_000 + b"1", "line 1, column 1: too deeply nested"),
    (b"#" * (submission.SOURCE_BYTES + 1), "larger than 1 MB"),
])  # fmt: skip
def test_a_file_that_is_no_python_says_where(said, content, sentence):
    assert sentence in said(content)


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", "line 1, column 1: it is no notebook"),
    (b'{"cells": [}', "line 1, column 12: it is no notebook"),
    (b"[]", "it is JSON, but no notebook: it has no cells"),
    (b'{"nbformat": 4}', "it has no cells"),
    (b'{"cells": 7}', "it has no cells"),
    (b"[" * 200_000, "it is no notebook"),
    (notebook("x = 1", "y = (\n"), "cell 2, line 1, column 5: '(' was never closed"),
    (notebook("return 1"), "cell 1, line 1, column 1: 'return' outside function"),
])  # fmt: skip
def test_a_notebook_that_cannot_be_read_says_where(said, content, sentence):
    assert sentence in said(content, "work.ipynb")


def test_what_is_no_file_says_so(tmp_path):
    (tmp_path / "folder.py").mkdir()
    for path, sentence in (
        (tmp_path / "no.py", "there is no such file"),
        (tmp_path / "folder.py", "it is a folder"),
        ("/dev/zero", "a device or a pipe"),
        ("a\0b.py", "cannot be read"),
    ):
        with pytest.raises(NotReadable, match=sentence):
            submission.read(path)


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    (tmp_path / "secret.py").write_text(LISTEN)

    def refuse(self, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(submission.Path, "open", refuse)  # the administrator may read all files
    with pytest.raises(NotReadable, match="cannot be read: Permission denied"):
        submission.read(tmp_path / "secret.py")


@pytest.mark.parametrize("content", [
    b"\xef\xbb\xbf" + LISTEN.encode(),
    LISTEN.replace("\n", "\r\n").encode(),
    LISTEN.replace("\n", "\r").encode(),
    LISTEN.replace("    ", "\t").encode(),
    b"# coding: cp1255\n# \xe9\xe9\n" + LISTEN.encode(),
    LISTEN.rstrip("\n").encode(),
    b"pattern = '\\d'\n" + LISTEN.encode(),
])  # fmt: skip
def test_python_is_read_however_it_was_saved(tmp_path, content, recwarn):
    (tmp_path / "work.py").write_bytes(content)
    assert names_of(tmp_path / "work.py") == ["initial_listen"]
    assert not recwarn.list


@pytest.mark.parametrize(("cell", "plain"), [
    ("%matplotlib inline\n" + LISTEN, "pass\n" + LISTEN),
    ("!pip install lenproto\n" + LISTEN, "pass\n" + LISTEN),
    (LISTEN + "initial_listen?", LISTEN + "pass"),
    ("files = !ls\n" + LISTEN, "files = None\n" + LISTEN),
    ("if True:\n    %time x = 1\n" + LISTEN, "if True:\n    pass\n" + LISTEN),
    ("%%bash\necho (\n", "\n\n"),
    ("%%time\n" + LISTEN, "pass\n" + LISTEN),
    ("text = ('%s'\n    % 7)\n" + LISTEN, "text = ('%s'\n    % 7)\n" + LISTEN),
    ('text = """\n%d\n!x\n"""\n', 'text = """\n%d\n!x\n"""\n'),
    ("await something()\n", "await something()\n"),
])  # fmt: skip
def test_only_jupyters_own_lines_are_left_out_of_a_cell(tmp_path, cell, plain):
    (tmp_path / "work.ipynb").write_bytes(notebook(cell))
    assert submission.read(tmp_path / "work.ipynb") == [Part("cell 1", plain)]


def test_an_old_notebook_is_read_too(tmp_path):
    old = {
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "markdown", "source": "x"},
                    {"cell_type": "code", "input": [LISTEN]},
                ]
            }
        ],
        "nbformat": 3,
    }
    (tmp_path / "work.ipynb").write_text(json.dumps(old))
    assert names_of(tmp_path / "work.ipynb") == ["initial_listen"]


def load(*cells):
    return loading.load(
        [Part(f"cell {number}", textwrap.dedent(cell)) for number, cell in enumerate(cells, 1)]
    )


def test_what_a_file_defines_is_loaded_and_its_program_is_not_run():
    space = load("""
        import sys
        GREETING = "x" * 48
        def helper(): raise SystemExit
        def initial_listen(ip, port): return GREETING
        for number in range(3):
            helper()
        helper()
        sys.exit()
        if __name__ == "__main__":
            helper()
        AFTER = 1
    """)
    assert space["initial_listen"]("", 0) == "x" * 48
    assert space["AFTER"] == 1
    assert "__failed__" not in space


def test_a_program_in_one_cell_of_functions_from_another_is_not_run():
    space = load(
        "ran = []\ndef serve(): ran.append(1)", "for number in range(3):\n    serve()", "x = 1"
    )
    assert (space["ran"], space["x"]) == ([], 1)


@pytest.mark.parametrize(
    "statement",
    [
        "TABLE.update(RAND=1)",
        "register('RAND', 1)",
        "registry.add('RAND', 1)",
        "registry.table.update(RAND=1)",
        "Registry.both.add('RAND', 1)",
        "import logging; logging.getLogger('x').addHandler(logging.NullHandler()); TABLE['RAND'] = 1",
    ],
)
def test_what_fills_a_table_is_run(statement):
    assert load(FILLING, statement)["TABLE"] == {"RAND": 1}


@pytest.mark.parametrize("statement", [
    "program()", "Program().go()", "app.go()", "app.table.update(x=program())", "TABLE.update(RAND=app.go())",
    "thread.start()", "TABLE['RAND'] = app.go()", "ran = program()", "sock.connect(('127.0.0.1', 9))",
    "pool.submit(program)", "asked()", "wrapped()", "Program.still()", "app.lazily",
    "for _ in '12': register('RAND', 2)",
])  # fmt: skip
def test_a_program_is_not_run_however_it_is_begun(statement):
    space = load(FILLING, statement)
    assert space["TABLE"] == {} and "__failed__" not in space and "ran" not in space


FILLING = """
    import functools, threading
    TABLE = {}
    def register(name, value): TABLE[name] = value
    class Registry:
        table = TABLE
        def add(self, name, value): self._put(name, value)
        def _put(self, name, value): register(name, value)
    registry = Registry.both = Registry()
    def serve_requests(request, client_socket): TABLE["ran"] = 1
    def program(): return step()
    def step(): return [serve_requests("", None) for _ in "1"]
    class Program:
        table = TABLE
        def go(self): return self._step()
        def _step(self): return step()
        @staticmethod
        def still(): step()
        @property
        def lazily(self): step()
    app = Program()
    thread = threading.Thread(target=program)
    sock = pool = app
    def asked(): TABLE["ran"] = input()
    @functools.wraps(program)
    def wrapped(): return program()
"""


def test_what_a_constant_is_made_by_may_start_and_end_what_it_likes():
    space = load(
        "import re, sys\ndef first(): return re.search('H', 'Hi').start() if 1 else sys.abort()\nAT = first()"
    )
    assert space["AT"] == 0


def test_a_file_knows_its_name():
    assert load("here = __file__")["here"] == "cell 1"


def test_a_statement_that_fails_is_left_out_and_noted():
    space = load("import no_such_module", "x = 1 / 0\ny = 2")
    assert [(place, line, type(error).__name__) for place, line, error in space["__failed__"]] == [
        ("cell 1", 1, "ModuleNotFoundError"),
        ("cell 2", 1, "ZeroDivisionError"),
    ]
    assert space["y"] == 2


def test_what_a_file_draws_when_it_is_loaded_is_the_same_each_time():
    parts = [Part("file", "import random\ndrawn = random.random()\n")]
    assert loading.load(parts)["drawn"] == loading.load(parts)["drawn"]


def test_a_future_import_goes_for_all_that_follows():
    space = load(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Talk:\n    sock: NotKnown = None"
    )
    assert space["Talk"]().sock is None


def test_names_out_of_a_file_beside_it_count(tmp_path):
    (tmp_path / "work.py").write_text("from my_functions import *\n")
    assert len(names_of(tmp_path / "work.py")) == 5
    (tmp_path / "other.py").write_text(
        "from my_functions import check_client as initial_listen\nfrom socket import *\n"
    )
    assert names_of(tmp_path / "other.py") == ["initial_listen"]
