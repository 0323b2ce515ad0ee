"""Lessons 7 and 8 in nbgrader's hands, unchanged: handed out, autograded and given feedback on by the real one.

Each notebook that it grades starts a kernel, so all that is to be seen is put into three learners' notebooks,
a lesson each.
"""

import html
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers.cheats import FETCHED, REPLACED, TAKEN, cheat
from helpers.lessons import LESSONS, graft, solution, stub
from helpers.places import ROOT

from lenproto.exercises.functions import FUNCTIONS

if not importlib.util.find_spec("nbgrader"):  # to import it takes more than a second
    pytest.skip("no nbgrader in this Python: pip install nbgrader", allow_module_level=True)

# nbgrader starts alembic, which stands beside Python
PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])

ASSIGNMENT = "lessons"
SERVER, CLIENT = (path.stem for path in LESSONS)
HANDED_IN = {"noa": SERVER, "lena": SERVER, "dana": CLIENT}
CHEATS = {"guy": SERVER, "tom": SERVER, "uri": SERVER, "rita": SERVER, "yael": CLIENT}
HANDED_IN |= CHEATS
SPEC_ONLY = """
def check_client(server_socket):
    client_socket, address = server_socket.accept()
    client_socket.recv(2)
    client_socket.send(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    return client_socket, client_socket.recv(4).decode()
"""
ENDLESS = """
def serve_requests(request, client_socket):
    while True:
        pass
"""
SOLVED = {name: solution(name) for name in ("initial_listen", "check_client", "serve_requests")}
SERVING = list(SOLVED)
# names of one's own that hide those of the lesson
HIDES = f"{SOLVED['check_client']}\n\ncheck = points = None"


def cheats(*ways):
    """A source for each of lesson 7's functions, in a way of its own."""
    return {name: cheat(way, name) for name, way in zip(SERVING, ways, strict=True)}


WRITTEN = {
    "noa": SOLVED | {"check_client": HIDES},
    "lena": SOLVED | {"check_client": SPEC_ONLY, "serve_requests": ENDLESS},
    "dana": {},
    "guy": cheats(TAKEN["imported under its own name"], TAKEN["wrapped"], TAKEN["partial"]),
    "tom": cheats(
        TAKEN["in a lambda"], TAKEN["the course-literal one"], TAKEN["a sample of a lesson"]
    ),
    "uri": cheats(
        *(FETCHED[way] for way in ("its text is run", "its file is read", "it is asked for"))
    ),
    # no function at all, and all of what judges replaced, one after another
    "rita": {"initial_listen": "\n\n".join([stub("initial_listen"), *REPLACED.values()])},
    "yael": {
        "initial_contact": cheat(TAKEN["its code in a function of one's own"], "initial_contact"),
        "send_requests": cheat(FETCHED["the solution as a module"], "send_requests"),
    },
}


# the progress of who grades
PASSED = {
    "version": 1,
    "functions": {
        name: {"tried": ["a"], "spec": True, "shock": True, "last": "2026-01-01"}
        for name in FUNCTIONS
    },
}
IMPORTED = [str(Path(__file__).parent), str(ROOT / "tests")]


def run_course(root):
    """Hand out both lessons, hand in the learners', grade, give feedback: nbgrader's commands in one process."""
    from helpers.kernel_ports import choose_below_the_others
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    from lenproto.exercises.classes.nbgrader import judge_outside

    choose_below_the_others()
    config = Config()
    config.CourseDirectory.root = root
    judge_outside(config)
    nbgrader = NbGraderAPI(config=config)
    source = Path(root, "source", ASSIGNMENT)
    source.mkdir(parents=True)
    for path in LESSONS:
        (source / path.name).write_bytes(path.read_bytes())
    steps = [nbgrader.generate_assignment(ASSIGNMENT)]
    for learner, functions in WRITTEN.items():
        name = f"{HANDED_IN[learner]}.ipynb"
        folder = Path(root, "submitted", learner, ASSIGNMENT)
        folder.mkdir(parents=True)
        lesson = graft(Path(root, "release", ASSIGNMENT, name), functions)
        if learner in CHEATS:
            empty_the_rest(lesson)
        nbformat.write(lesson, folder / name)
        steps.append(nbgrader.autograde(ASSIGNMENT, learner))
    steps.append(nbgrader.generate_feedback(ASSIGNMENT))
    for step in steps:
        assert step["success"], step


def empty_the_rest(lesson):
    """Empty what neither is graded nor defines, imports or asks for a solution: such boxes a pupil may empty, too."""
    needed = re.compile(r"\b(import|def|solution)\b")
    for cell in lesson.cells:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            cell.source = cell.source if needed.search(cell.source) else ""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that was run in a process of its own, away from this computer's settings."""
    root, home = tmp_path_factory.mktemp("course"), str(tmp_path_factory.mktemp("home"))
    places = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    (root / "progress.json").write_text(json.dumps(PASSED), "utf-8")
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path[:0] = {IMPORTED!r}; from test_nbgrader import run_course; run_course(sys.argv[1])",
            root,
        ],
        capture_output=True,
        text=True,
        timeout=800,
        env=os.environ
        | dict.fromkeys(places, home)
        | {"PATH": PATH, "LENPROTO_PROGRESS": str(root / "progress.json")},
    )
    assert ran.returncode == 0, ran.stderr
    return root


@pytest.fixture(scope="module")
def scores(course):
    """learner → {grade id: (points, of)} of the lesson that was handed in."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.score, grade.max_score) for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
            for notebook in submission.notebooks
            if notebook.name == HANDED_IN[submission.student.id]
        }


def test_what_is_handed_out_is_the_lesson(course):
    for path in LESSONS:
        released = nbformat.read(course / "release" / ASSIGNMENT / path.name, as_version=4)
        assert [cell.source for cell in released.cells] == [
            cell.source for cell in nbformat.read(path, as_version=4).cells
        ]


def test_solutions_get_all_points(scores):
    assert scores["noa"] == {
        "check_initial_listen": (4, 4),
        "check_check_client": (4, 4),
        "check_serve_requests": (4, 4),
    }


def test_what_is_right_with_polite_peers_gets_half_and_its_part_of_the_rest(scores):
    points, most = scores["lena"]["check_check_client"]
    assert most == 4 and 2 < points < 3


def test_an_endless_loop_costs_its_own_points_only(scores):
    assert scores["lena"] | {"check_check_client": None} == {
        "check_initial_listen": (4, 4),
        "check_check_client": None,
        "check_serve_requests": (0, 4),
    }


def test_stubs_get_none(scores):
    assert scores["dana"] == {"check_initial_contact": (0, 4), "check_send_requests": (0, 4)}


@pytest.mark.parametrize("learner", CHEATS)
def test_who_has_not_written_them_gets_none(scores, learner):
    assert [points for points, _ in scores[learner].values()] == [0] * len(scores[learner])


@pytest.mark.parametrize(
    ("learner", "flags"), [("guy", 3), ("tom", 2), ("uri", 2), ("yael", 2), ("noa", 0), ("lena", 0)]
)
def test_feedback_says_that_a_function_is_not_ones_own(course, learner, flags):
    assert graded_part(course, learner).count("lenproto's own") >= flags
    assert flags or "lenproto's own" not in graded_part(course, learner)


def test_no_solution_is_in_the_feedback_of_anybody_though_whoever_grades_has_passed(course):
    for learner, lesson in HANDED_IN.items():
        page = (course / "feedback" / learner / ASSIGNMENT / f"{lesson}.html").read_text("utf-8")
        assert "No solution is shown while a notebook is graded" in page
    kept = json.loads((course / "progress.json").read_text("utf-8"))
    assert kept == PASSED, "and nobody has added to it"


def graded_part(course, learner):
    """The feedback below the samples, which have misconceptions of their own."""
    lesson = HANDED_IN[learner]
    page = (course / "feedback" / learner / ASSIGNMENT / f"{lesson}.html").read_text("utf-8")
    return html.unescape(page[page.rindex("Hand in") :])


@pytest.mark.parametrize(
    ("learner", "misconception"),
    [("lena", "one-recv-for-all"), ("lena", "never-ends"), ("dana", "does-not-connect")],
)
def test_feedback_names_the_misconception(course, learner, misconception):
    assert f"This is called: {misconception}." in graded_part(course, learner)
