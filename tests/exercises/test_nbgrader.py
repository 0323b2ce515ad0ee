"""Lessons 7 and 8 in nbgrader's hands, unchanged: handed out, autograded and given feedback on by the real one.

Each notebook that it grades starts a kernel, so all that is to be seen is put into three learners' notebooks,
a lesson each.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers.lessons import LESSONS, graft, solution
from helpers.places import ROOT

if not importlib.util.find_spec("nbgrader"):  # to import it takes more than a second
    pytest.skip("no nbgrader in this Python: pip install nbgrader", allow_module_level=True)

# nbgrader starts alembic, which stands beside Python
PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])

ASSIGNMENT = "lessons"
SERVER, CLIENT = (path.stem for path in LESSONS)
HANDED_IN = {"noa": SERVER, "lena": SERVER, "dana": CLIENT}
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
WRITTEN = {
    "noa": SOLVED,
    "lena": SOLVED | {"check_client": SPEC_ONLY, "serve_requests": ENDLESS},
    "dana": {},
}


IMPORTED = [str(Path(__file__).parent), str(ROOT / "tests")]


def run_course(root):
    """Hand out both lessons, hand in the learners', grade, give feedback: nbgrader's commands in one process."""
    from helpers.kernel_ports import choose_below_the_others
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    choose_below_the_others()
    config = Config()
    config.CourseDirectory.root = root
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
        nbformat.write(graft(Path(root, "release", ASSIGNMENT, name), functions), folder / name)
        steps.append(nbgrader.autograde(ASSIGNMENT, learner))
    steps.append(nbgrader.generate_feedback(ASSIGNMENT))
    for step in steps:
        assert step["success"], step


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that was run in a process of its own, away from this computer's settings."""
    root, home = tmp_path_factory.mktemp("course"), str(tmp_path_factory.mktemp("home"))
    places = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
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
        env=os.environ | dict.fromkeys(places, home) | {"PATH": PATH, "LENPROTO_PROGRESS": "off"},
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


def test_what_is_right_with_polite_peers_only_gets_half(scores):
    assert scores["lena"]["check_check_client"] == (2, 4)


def test_an_endless_loop_costs_its_own_points_only(scores):
    assert scores["lena"] == {
        "check_initial_listen": (4, 4),
        "check_check_client": (2, 4),
        "check_serve_requests": (0, 4),
    }


def test_stubs_get_none(scores):
    assert scores["dana"] == {"check_initial_contact": (0, 4), "check_send_requests": (0, 4)}


@pytest.mark.parametrize(
    ("learner", "misconception"),
    [("lena", "one-recv-for-all"), ("lena", "never-ends"), ("dana", "does-not-connect")],
)
def test_feedback_names_the_misconception(course, learner, misconception):
    page = (course / "feedback" / learner / ASSIGNMENT / f"{HANDED_IN[learner]}.html").read_text(
        "utf-8"
    )
    # below the samples, which have misconceptions of their own
    graded = page[page.rindex("Hand in") :]
    assert f"This is called: {misconception}." in graded
