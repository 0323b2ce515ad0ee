"""lenproto server --from: the functions of a learner's notebook or file, as a program in a terminal."""

import os

import nbformat
import pytest
from helpers.peers.bare import connect, converse, reset
from helpers.places import CORPUS, ROOT
from helpers.programs import Server, run_server

from lenproto.exercises.functions import source_of
from lenproto.exercises.learner.own_server import NEEDED

LESSON = ROOT / "notebooks" / "en" / "07_build_the_server.ipynb"
PLAIN = CORPUS / "right" / "plain.py"
LITERAL = CORPUS / "spec_only" / "literal.py"
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
pytestmark = pytest.mark.usefixtures("signals_of_a_terminal")


@pytest.fixture
def done(tmp_path):
    """Lesson 7 with all three functions written."""
    lesson = nbformat.read(LESSON, as_version=4)
    for cell in lesson.cells:
        for name in NEEDED:
            if cell.source.startswith(f"def {name}("):
                cell.source = source_of(name, "solution")
    nbformat.write(lesson, tmp_path / LESSON.name)
    return tmp_path / LESSON.name


@pytest.mark.parametrize("form", ["lesson", "file"])
def test_clients_are_served_by_the_functions_of_a_file(done, form):
    with Server("--from", done if form == "lesson" else PLAIN) as program:
        for _ in range(3):
            greeting, (answer,) = converse(program.address, b"RAND")
            assert len(greeting) == 48 and 1 <= int(answer) <= 10


@posix_only
def test_ctrl_c_ends_it_with_a_word():
    with Server("--from", PLAIN) as program:
        converse(program.address, b"NAME")
        program.press_ctrl_c()
        code, lines = program.end()
        assert (code, lines[-1], program.stderr()) == (0, "stopped", "")


def test_what_it_prints_is_seen_at_once(tmp_path):
    text = PLAIN.read_text("utf-8")
    call = "server_socket.accept()\n"
    assert call in text
    (tmp_path / "mine.py").write_text(
        text.replace(call, f"{call}    print('a guest', flush=True)\n", 1)
    )
    with Server("--from", tmp_path / "mine.py") as program:
        converse(program.address, b"NAME")
        assert program.line() == "a guest"


def test_where_a_function_fails_the_last_words_say_on_which_line():
    with Server("--from", LITERAL) as program:
        with connect(program.address) as sock:
            reset(sock)
        code, _ = program.end()
        line = program.stderr().splitlines()[
            0
        ]  # then Python warns of the socket that nobody closed
    assert code == 1
    assert line.startswith("lenproto: server stopped in line ")
    assert " of check_client: ConnectionResetError: " in line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "mine.py: "),
        ("def initial_listen(ip, port):", "mine.py: "),
        ("x = 1", "mine.py has no initial_listen, check_client, serve_requests."),
        (
            "def initial_listen(ip, port):\n    exit()",
            "mine.py has no check_client, serve_requests.",
        ),
    ],
    ids=["no file", "no Python", "no function", "one of three"],
)
def test_what_cannot_be_a_server_is_told_in_a_line(tmp_path, text, says):
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    ended = run_server("--from", tmp_path / "mine.py", "--port", "0")
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert says in line


def test_the_empty_functions_of_the_lesson_are_told_as_such():
    ended = run_server("--from", LESSON, "--port", "0")
    assert ended.returncode == 1
    assert ended.stderr == (
        "lenproto: server stopped: initial_listen returned None; needed: the server socket\n"
    )
