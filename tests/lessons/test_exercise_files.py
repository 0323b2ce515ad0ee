"""What lessons 7 and 8 hand out: stubs that fail in beginners' words, solutions that pass, alone and in the lessons."""

import ast
import contextlib
import linecache
import re
import shutil
import socket
import sys

import nbformat
import pytest
from helpers.lessons import LESSONS, graft, solution, stub
from helpers.places import EXERCISES
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient

from lenproto.exercises import check, samples
from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.learner.own import finished, functions_of

SERVER, CLIENT = LESSONS
OF_LESSON = {
    SERVER: ("initial_listen", "check_client", "serve_requests"),
    CLIENT: ("initial_contact", "send_requests"),
}
SAID_OF_STUB = {
    "initial_listen": "It returned nothing: the server socket is lost.",
    "check_client": "It never called accept(): the client still waits outside.",
    "serve_requests": "It ended without an answer to NAME.",
    "initial_contact": "It never called connect().",
    "send_requests": "It sent no request.",
}
LONGEST_SOLUTION = 35  # lines: it has to be read beside one's own
LESSON_S = 60

functions = pytest.mark.parametrize("name", FUNCTIONS)
lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def function_of(source, name):
    """The function that a source defines, as a cell of a notebook would: its lines can be looked up."""
    file = f"box of {name}"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    space = {"__name__": "__main__"}
    exec(compile(source, file, "exec"), space)
    return space[name]


def run(lesson, folder):
    """Run a lesson in a folder; return, for each code cell, what a reader sees of it. Raises CellExecutionError."""
    NotebookClient(
        lesson,
        timeout=LESSON_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    texts = []
    for cell in lesson.cells:
        for output in cell.get("outputs", ()):
            texts.append(
                output.text if output.output_type == "stream" else output.data["text/plain"]
            )
    return "\n".join(texts)


@pytest.fixture(scope="module", autouse=True)
def event_loop():
    """The loop on which nbclient runs."""
    loop = ensure_event_loop()
    yield
    loop.close()


@functions
def test_a_stub_fails_at_spec_with_a_sentence_for_beginners(name):
    verdict = check(function_of(stub(name), name))
    assert (verdict.spec, verdict.shock) == ("fail", "skipped")
    assert verdict.failure.message == SAID_OF_STUB[name]


@functions
def test_a_solution_passes_at_both_levels(name):
    verdict = check(function_of(solution(name), name))
    assert (verdict.spec, verdict.shock) == ("pass", "pass"), str(verdict)


@functions
def test_a_stub_is_one_function_with_a_docstring_and_one_todo(name):
    source = stub(name)
    [function] = ast.parse(source).body
    assert function.name == name
    assert len(function.body) == 1 and ast.get_docstring(function)
    assert source.count("TODO") == 1


@functions
def test_a_solution_is_short_and_uses_only_what_the_lessons_gave(name):
    tree = ast.parse(solution(name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {each.name for each in node.names} <= sys.stdlib_module_names
        if isinstance(node, ast.ImportFrom) and node.module not in sys.stdlib_module_names:
            assert (node.module, [each.name for each in node.names]) == (
                "lenproto.wire",
                ["recv_exactly"],
            )
    assert len(solution(name).splitlines()) <= LONGEST_SOLUTION
    arguments = [
        [each.arg for each in node.args.args]
        for node in tree.body + ast.parse(stub(name)).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    assert arguments[0] == arguments[1]


def test_there_is_a_stub_and_a_solution_for_each_function_and_for_nothing_else():
    folders = (EXERCISES / "functions").iterdir()
    assert sorted(each.name for each in folders if (each / "rules.py").exists()) == sorted(
        FUNCTIONS
    )
    for name in FUNCTIONS:
        assert stub(name) and solution(name)


@lessons
def test_a_lesson_holds_each_of_its_stubs_once_and_no_solution(path):
    sources = [
        cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
    ]
    assert [source for source in sources if "TODO" in source] == [
        stub(name) for name in OF_LESSON[path]
    ]
    assert not {solution(name) for name in FUNCTIONS} & set(sources)


@lessons
def test_points_are_given_by_locked_cells_one_for_each_function(path):
    graded = [
        cell for cell in nbformat.read(path, as_version=4).cells if "nbgrader" in cell.metadata
    ]
    assert [cell.source for cell in graded] == [
        f"from lenproto.exercises import points\n\npoints({name}, 4)" for name in OF_LESSON[path]
    ]
    for cell, name in zip(graded, OF_LESSON[path], strict=True):
        assert cell.metadata["nbgrader"] == {
            "schema_version": 3,
            "grade_id": f"check_{name}",
            "grade": True,
            "locked": True,
            "points": 4,
            "solution": False,
            "task": False,
        }


@pytest.fixture
def solved(tmp_path):
    """A folder with both lessons, the solutions written into them."""
    for path in LESSONS:
        nbformat.write(
            graft(path, {name: solution(name) for name in FUNCTIONS}), tmp_path / path.name
        )
    return tmp_path


@lessons
def test_a_solved_lesson_is_judged_as_a_file_whatever_stands_around_the_functions(solved, path):
    report = judge_file(solved / path.name)
    assert report.notes == ()
    for name, told in report.functions.items():
        wanted = "pass" if name in OF_LESSON[path] else "missing"
        assert (told.spec, told.shock) == (wanted, wanted), name


def test_lesson_7_runs_to_its_end_with_the_solutions_in_it(solved):
    said = run(nbformat.read(solved / SERVER.name, as_version=4), solved)
    assert "Not finished yet" not in said
    assert re.search(r"withstood +(\d+) of \1\n", said + "\n"), (
        "every shock of its table is withstood"
    )
    assert "My server listens at" in said
    assert said.count("4.0") == 3
    assert "   1 import os" in said or "  1 import os" in said, (
        "the solution of what has passed is shown"
    )


def test_lesson_8_runs_to_its_end_with_both_programs_of_the_learners(solved):
    said = run(nbformat.read(solved / CLIENT.name, as_version=4), solved)
    assert "Not finished yet" not in said
    conversation = said[said.rindex("client      ") :]
    for call in (
        'sendall(b"Hi")',
        'recv(4) → b"NAME"',
        'recv(4) → b"RAND"',
        'recv(4) → b"EXIT"',
        "the end of the stream",
    ):
        assert call in conversation
    assert said.count("4.0") == 2


def test_lesson_8_says_kindly_that_lesson_7_is_not_there(tmp_path):
    lesson = graft(CLIENT, {name: solution(name) for name in FUNCTIONS})
    said = run(lesson, tmp_path)
    assert "No functions from there: 07_build_the_server.ipynb: there is no such file." in said
    assert "Not finished yet: initial_listen, check_client and serve_requests." in said


def test_finished_names_those_that_are_not(capsys):
    good = [function_of(solution(name), name) for name in FUNCTIONS[:2]]
    assert finished(*good)
    assert capsys.readouterr().out == ""
    assert not finished(*good, function_of(stub("check_client"), "check_client"))
    assert (
        capsys.readouterr().out
        == "Not finished yet: check_client. Run this box again when it is green at spec.\n"
    )


def test_finished_judges_again_what_was_mended():
    assert not finished(function_of(stub("initial_listen"), "initial_listen"))
    assert finished(function_of(solution("initial_listen"), "initial_listen"))


def test_finished_needs_no_more_than_spec():
    def initial_listen(ip, port):
        with contextlib.suppress(OSError):
            return socket.create_server((ip, port))

    assert check(initial_listen, name="initial_listen").shock == "fail"
    assert finished(initial_listen)


def test_functions_of_a_notebook_show_their_lines_and_nothing_else_of_it_runs(solved, capsys):
    mine = functions_of(solved / SERVER.name)
    assert capsys.readouterr().out == ""
    assert finished(mine.initial_listen, mine.check_client, mine.serve_requests)
    assert not finished(mine.send_requests)  # lesson 7 has none: the stub stands for it
    code = mine.check_client.__code__
    assert linecache.getline(code.co_filename, code.co_firstlineno).startswith("def check_client")
    shutil.copy(solved / SERVER.name, solved / "copy.ipynb")
    assert functions_of(solved / "copy.ipynb").check_client is not mine.check_client


@pytest.mark.parametrize(
    ("function", "name", "misconception"),
    [
        (samples.swallowing_listen, "initial_listen", "swallows-the-error"),
        (samples.greedy_check_client, "check_client", "one-recv-for-all"),
        (samples.serve_with_a_newline, "serve_requests", "sends-a-newline"),
        (samples.hopeful_contact, "initial_contact", None),
        (samples.trusting_requests, "send_requests", "one-recv-for-all"),
    ],
)
def test_samples_show_the_mistake_of_which_their_lesson_speaks(function, name, misconception):
    case = check(function, name=name).failure
    assert misconception in (None, case.misconception)
