"""What can be handed in, and what is said of files that cannot be read."""

import json
import os
import socket
import sys
import textwrap
import time

import pytest
from helpers.computing import computes_at_most
from helpers.places import CORPUS

from lenproto.exercises.functions import TYPED
from lenproto.exercises.judging import cells, loading, submission
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.judging.submission import NotReadable, Part
from lenproto.exercises.judging.waits import stand_in
from lenproto.lab import tap

LISTEN = "def initial_listen(ip, port):\n    return None\n"


@pytest.fixture
def said(tmp_path):
    """said(content, name) writes a file of these bytes, and returns why it is not readable."""

    def said(content, name="work.py"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotReadable) as problem:
            submission.read_file(path)
        assert "\n" not in str(problem.value)
        return str(problem.value).removeprefix(f"{path}: ")

    return said


def notebook(*cells, **more):
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": cell} for cell in cells], **more}
    ).encode()


def names_of(path):
    return submission.names(submission.read_file(path).parts)


@pytest.mark.parametrize(("content", "sentence"), [
    (b"x = (\n", "line 1, column 5: '(' was never closed"),
    (b"print 'x'\n", "line 1, column 1: this is Python 2"),
    (b"try:\n    x\nexcept OSError, e:\n    x\n", "line 3, column 8: this is Python 2"),
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
])  # fmt: skip
def test_a_notebook_that_cannot_be_read_says_where(said, content, sentence):
    assert sentence in said(content, "work.ipynb")


def test_a_cell_that_is_no_python_is_named_and_left_out(tmp_path):
    (tmp_path / "work.ipynb").write_bytes(notebook("return 1", "x = 1", "y = (\n", "print 'old'"))
    found = submission.read_file(tmp_path / "work.ipynb")
    assert found.parts == [Part("cell 2", "x = 1")]
    assert [str(note).partition(". It is left out")[0] for note in found.notes] == [
        "cell 1, line 1, column 1: 'return' outside function",
        "cell 3, line 1, column 5: '(' was never closed",
        "cell 4, line 1, column 1: this is Python 2 (Missing parentheses in call to 'print'. Did you mean print(...)?)",
    ]


@pytest.mark.parametrize("line", ["!ls", "%time x", "x?", "a = !ls", "x = '", "x = ("])
def test_many_lines_for_jupyter_are_read_in_no_time(line):
    with computes_at_most(2.0):
        cells.plain(f"{line}\n" * 50_000)


def test_what_is_no_file_says_so(tmp_path):
    (tmp_path / "folder.py").mkdir()
    for path, sentence in (
        (tmp_path / "no.py", "there is no such file"),
        (tmp_path / "folder.py", "it is a folder"),
        ("/dev/zero", "a device or a pipe"),
        ("a\0b.py", "cannot be read"),
    ):
        with pytest.raises(NotReadable, match=sentence):
            submission.read_file(path)


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    (tmp_path / "secret.py").write_text(LISTEN)

    def refuse(self, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(submission.Path, "open", refuse)  # the administrator may read all files
    with pytest.raises(NotReadable, match="cannot be read: Permission denied"):
        submission.read_file(tmp_path / "secret.py")


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
    assert submission.read_file(tmp_path / "work.ipynb").parts == [Part("cell 1", plain)]


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


def loaded(*cells):
    parts = [Part(f"cell {number}", textwrap.dedent(cell)) for number, cell in enumerate(cells, 1)]
    with stand_in():
        return loading.load(parts)


def load(*cells):
    return loaded(*cells).names


def notes(*cells):
    return [str(note) for note in loaded(*cells).notes]


def test_what_a_file_defines_is_loaded_and_its_program_is_not_run():
    found = loaded("""
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
    assert found.names["initial_listen"]("", 0) == "x" * 48
    assert found.names["AFTER"] == 1
    said = "cell 1, lines 6 to 9: not run, for a file is only read here, and it ends the program."
    assert [str(note) for note in found.notes] == [said]


@pytest.mark.parametrize(
    "statement",
    [
        "TABLE.update(RAND=1)",
        "register('RAND', 1)",
        "registry.add('RAND', 1)",
        "registry.table.update(RAND=1)",
        "Registry.both.add('RAND', 1)",
        "import logging; logging.getLogger('x').addHandler(logging.NullHandler()); TABLE['RAND'] = 1",
        "for name in ('RAND',): register(name, 1)",
        "while 'RAND' not in TABLE: register('RAND', 1)",
        "if not TABLE: register('RAND', 1)",
        "try: 1 / 0\nexcept ZeroDivisionError: register('RAND', 1)",
        "with open(__import__('os').devnull): register('RAND', 1)",
        "import types; it = types.SimpleNamespace(); it.exit = it.accept = 1; register('RAND', it.exit)",
        "import time; time.sleep(1000); register('RAND', 1)",
    ],
)
def test_what_fills_a_table_is_run(statement):
    found = loaded(FILLING, statement)
    assert (found.names["TABLE"], found.notes) == ({"RAND": 1}, [])


HOPES = """import socket
while True:
    try: socket.socket().connect(('', 1)); break
    except: pass"""


@pytest.mark.parametrize(("statement", "why"), [
    ("program()", "it would call serve_requests"),
    ("app.go()", "it would call serve_requests"),
    ("TABLE.update(RAND=app.go())", "it would call serve_requests"),
    ("TABLE['RAND'] = app.go()", "it would call serve_requests"),
    ("ran = program()", "it would call serve_requests"),
    ("if True:\n    for _ in '12': program()", "it would call serve_requests"),
    ("wrapped()", "it would call serve_requests"),
    ("Program.still()", "it would call serve_requests"),
    ("app.lazily", "it would call serve_requests"),
    ("thread.start()", "it would start a thread"),
    ("import os; os._exit(0)", "it ends the program"),
    ("import os; os.abort()", "it ends the program"),
    ("quit()", "it ends the program"),
    ("import socket; socket.create_server(('127.0.0.1', 0))", 'it would call bind("127.0.0.1", 0)'),
    ("import socket; ran = socket.create_connection(('127.0.0.1', 9))", 'it would call connect("127.0.0.1", 9)'),
    ("import socket\nwith socket.socket() as s: s.listen(); ran = s.accept()", "it would call listen()"),
    ("import socket\ntry: socket.socket().accept()\nexcept: ran = 1", "it would call accept()"),
    (HOPES, 'it would call connect("", 1)'),
    ("import select; select.select([], [], [])", "it would wait"),
    ("while True: ran = input()", "it would ask again and again"),
    ("while True: pass", "it goes on and on"),
    ("import time\nwhile True: time.sleep(1)", "it goes on and on"),
])  # fmt: skip
def test_a_program_is_not_run_however_it_is_begun(statement, why):
    found = loaded(FILLING, statement, "AFTER = 1")
    assert (found.names["TABLE"], found.names["AFTER"]) == ({}, 1)
    last = statement.count("\n") + 1
    lines = f"lines {1 if last > 1 and statement[:2] in ('if', 'wh') else 2} to {last}"
    [note] = found.notes
    assert str(note).startswith("cell 2, line") and str(note).endswith(f", and {why}.")
    assert last == 1 or lines in str(note) or "line 2:" in str(note)


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
    @functools.wraps(program)
    def wrapped(): return program()
"""


def test_what_only_misses_a_name_that_was_left_out_is_left_out_too():
    said = notes(
        """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        sock, address = server.accept()
        data = sock.recv(4)
        while data:
            data = sock.recv(4)
        print(dota)
        """
    )
    assert said == [
        'cell 1, lines 3 to 7: not run, for a file is only read here, and it would call bind("127.0.0.1", 0).',
        "cell 1, line 8: NameError: name 'dota' is not defined",
    ]


def test_nothing_is_bound_while_a_file_is_read():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        load(f"import socket\nfor _ in '12': socket.create_connection(('127.0.0.1', {port}))")
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(("statement", "made"), [
    ("made = input('Name: ')", TYPED),
    ("made = input('Greeting: ').ljust(48).encode()", TYPED.ljust(48).encode()),
    ("made = int(input('Port: '))", 8820),
])  # fmt: skip
def test_a_question_gets_an_answer_that_fits_and_a_note(statement, made):
    found = loaded(f"\n{statement}")
    assert found.names["made"] == made
    [note] = found.notes
    answer = 8820 if made == 8820 else TYPED
    assert str(note) == (
        f'cell 1, line 2: nobody is there to be asked, so input() was given "{answer}".'
    )


def test_functions_that_are_defined_twice_or_nearly_are_noted():
    assert notes("def check_client(s): pass", "def inital_listen(ip, port):\n    pass\ndef helper(): pass",
                 "x = 1\ndef check_client(s): pass") == [
        "check_client is defined more than once: cell 1, line 1, cell 3, line 2. The last one counts.",
        "inital_listen is defined in cell 2, line 1. Is initial_listen meant?",
    ]  # fmt: skip


def test_the_thread_that_reads_is_afterwards_as_it_was(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt="": "typed")
    before = time.sleep, socket.socket.bind, os._exit, sys.gettrace()
    load(
        "import socket\nsocket.socket().bind(('127.0.0.1', 0))", "input()", "import os; os._exit(1)"
    )
    assert before == (time.sleep, socket.socket.bind, os._exit, sys.gettrace())
    assert input() == "typed" and tap.current() is None


def test_a_file_knows_its_name():
    assert load("here = __file__")["here"] == "cell 1"


def test_a_statement_that_fails_is_left_out_and_noted():
    found = loaded("import no_such_module", "x = 1 / 0\ny = 2", RAISES)
    assert [str(note) for note in found.notes] == [
        "cell 1, line 1: ModuleNotFoundError: No module named 'no_such_module'",
        "cell 2, line 1: ZeroDivisionError: division by zero",
        "cell 3, line 3: Odd: Odd",
    ]
    assert found.names["y"] == 2


RAISES = """class Odd(Exception):
    def __str__(self): raise self
raise Odd"""


def test_what_a_file_draws_when_it_is_loaded_is_the_same_each_time():
    parts = [Part("file", "import random\ndrawn = random.random()\n")]
    assert loading.load(parts).names["drawn"] == loading.load(parts).names["drawn"]


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


@pytest.mark.parametrize(("stem", "left_out"), [
    ("classic_script.py", ["lines 10 to 11", "line 13", "lines 15 to 18"]),
    ("program_in_with_block.py", ["lines 8 to 13"]),
    ("experiment_cell.ipynb", ["lines 2 to 6"]),
])  # fmt: skip
def test_all_lines_of_a_program_that_are_left_out_are_named(stem, left_out):
    [note] = judge_file(CORPUS / "right" / stem, levels=("spec",)).notes
    assert [str(lines) for lines in note.values["lines"]] == left_out
    assert str(note.values["why"]).startswith("it would call bind(")
