"""Lessons 7 and 8 in nbgrader's hands, unchanged: handed out, autograded and given feedback on by the real one.

Each notebook that it grades starts a kernel, so four learners hand in one lesson each.
"""

import os
import subprocess
import sys

import nbformat
import pytest
from lessons import LESSONS, graft, solution

pytest.importorskip("nbgrader", reason="no nbgrader in this Python: pip install nbgrader")

PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])  # nbgrader starts alembic, which stands beside Python
pytestmark = pytest.mark.timeout(180)  # on a computer that does much else at the same time

ASSIGNMENT = "lessons"
SERVER, CLIENT = (path.stem for path in LESSONS)
HANDED_IN = {"noa": SERVER, "lena": SERVER, "adam": SERVER, "dana": CLIENT}
SPEC_ONLY = {  # right with polite peers, and no more
    "initial_listen": """
def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.bind((ip, port))
    except OSError:
        return None
    server_socket.listen()
    return server_socket
""",
    "check_client": """
def check_client(server_socket):
    client_socket, address = server_socket.accept()
    client_socket.recv(2)
    client_socket.send(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    return client_socket, client_socket.recv(4).decode()
""",
    "serve_requests": """
def serve_requests(request, client_socket):
    while request != "EXIT":
        answers = {"TIME": str(datetime.now()), "NAME": socket.gethostname(), "RAND": str(random.randint(1, 10))}
        answer = answers.get(request, "unknown")
        client_socket.send(f"{len(answer):04}{answer}".encode())
        request = client_socket.recv(4).decode()
    client_socket.close()
""",
}
ENDLESS = {
    "serve_requests": """
def serve_requests(request, client_socket):
    while True:
        pass
"""
}
SOLVED = {name: solution(name) for name in ("initial_listen", "check_client", "serve_requests", "initial_contact", "send_requests")}


def nbgrader(command, course, home):
    """Run one command of nbgrader in a course's folder; return what it said."""
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command.split()], cwd=course, capture_output=True, text=True, timeout=120,
        env=os.environ | {"PATH": PATH, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home), "IPYTHONDIR": str(home),
                          "JUPYTER_RUNTIME_DIR": str(home), "LENPROTO_PROGRESS": "off"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which both lessons were handed out, handed in by four learners, graded, and given feedback on."""
    root, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    for path in LESSONS:
        (source / path.name).write_bytes(path.read_bytes())
    nbgrader(f"generate_assignment {ASSIGNMENT}", root, home)
    release = root / "release" / ASSIGNMENT
    hand_in(root, release, "noa", SERVER, SOLVED)
    hand_in(root, release, "lena", SERVER, SPEC_ONLY)
    hand_in(root, release, "adam", SERVER, SOLVED | ENDLESS)
    hand_in(root, release, "dana", CLIENT, {})
    nbgrader(f"autograde {ASSIGNMENT} --create", root, home)
    nbgrader(f"generate_feedback {ASSIGNMENT}", root, home)
    return root


def hand_in(root, release, learner, stem, functions):
    """Put a learner's notebook where nbgrader looks for it: that of the release, with these functions written."""
    folder = root / "submitted" / learner / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(graft(release / f"{stem}.ipynb", functions), folder / f"{stem}.ipynb")


@pytest.fixture(scope="module")
def scores(course):
    """learner → {grade id: (points, of)} of the lesson that was handed in."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {grade.name: (grade.score, grade.max_score) for grade in notebook.grades}
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
            for notebook in submission.notebooks
            if notebook.name == HANDED_IN[submission.student.id]
        }


def test_what_is_handed_out_is_the_lesson(course):
    for path in LESSONS:
        released = nbformat.read(course / "release" / ASSIGNMENT / path.name, as_version=4)
        assert [cell.source for cell in released.cells] == [cell.source for cell in nbformat.read(path, as_version=4).cells]


@pytest.mark.parametrize(
    ("learner", "points"),
    [
        pytest.param("noa", {"initial_listen": 4, "check_client": 4, "serve_requests": 4}, id="solutions get all points"),
        pytest.param("lena", {"initial_listen": 2, "check_client": 2, "serve_requests": 2}, id="right with polite peers only gets half"),
        pytest.param("adam", {"initial_listen": 4, "check_client": 4, "serve_requests": 0}, id="an endless loop costs its own points only"),
        pytest.param("dana", {"initial_contact": 0, "send_requests": 0}, id="stubs get none"),
    ],
)
def test_points(scores, learner, points):
    assert scores[learner] == {f"check_{name}": (each, 4) for name, each in points.items()}


@pytest.mark.parametrize(
    ("learner", "misconception"),
    [("adam", "never-ends"), ("lena", "swallows-the-error"), ("dana", "does-not-connect")],
)
def test_feedback_names_the_misconception(course, learner, misconception):
    page = (course / "feedback" / learner / ASSIGNMENT / f"{HANDED_IN[learner]}.html").read_text("utf-8")
    assert f"This is called: {misconception}." in page
