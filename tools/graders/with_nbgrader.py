"""nbgrader: a course folder, an assignment with one answer cell and a locked test cell for each function and level.

All learners are judged by one command, as a teacher does it; the time of one is from its first line in the log to the
next one's.
"""

import json
import re
import shutil
import time
from pathlib import Path

import notebook
from plain import FUNCTIONS, LEVELS
from processes import must, run, script
from verdict import Verdict

NAME = "nbgrader"
COMMANDS = ("nbgrader generate_assignment exercise", "nbgrader autograde exercise")
PACKAGES = ("nbgrader", "nbconvert", "nbclient", "ipykernel")
PREPARE_S, EACH_S = 120, 120
HERE = Path(__file__).resolve().parent
ASSIGNMENT, FILE = "exercise", "exercise.ipynb"
SETTINGS = """\
c = get_config()
c.CourseDirectory.course_id = "protocol"
c.Exchange.enabled = False
"""


def judge_all(submissions, folder):
    """Yield the verdict on each submission."""
    from nbgrader.api import Gradebook  # here, so that --only needs nothing but its own tool

    prepare(folder)
    released = json.loads((folder / "release" / ASSIGNMENT / FILE).read_text("utf-8"))["cells"]
    for submission in submissions:
        hand_in(folder, submission, released)
    began, said = {}, {}

    def look(line):
        if found := re.search(r"submitted/([\w-]+)/", line):
            began.setdefault(found[1], time.monotonic())
        if began and "Error" in line:
            said[list(began)[-1]] = line.strip()

    run(
        [script("nbgrader"), "autograde", ASSIGNMENT],
        folder,
        EACH_S * len(submissions),
        each_line=look,
    )
    times = dict(zip(began, durations(list(began.values())), strict=True))
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "protocol") as book:
        for submission in submissions:
            yield (
                submission,
                read(
                    folder,
                    book,
                    submission,
                    times.get(submission.name, 0.0),
                    said.get(submission.name, ""),
                ),
            )


def durations(starts):
    """Return how long each took: until the next one began."""
    ends = [*starts[1:], time.monotonic()]
    return [end - start for start, end in zip(starts, ends, strict=True)]


def prepare(folder):
    """Make the course, and release its assignment."""
    (folder / "nbgrader_config.py").write_text(SETTINGS, "utf-8")
    cells = [answer("### BEGIN SOLUTION\npass\n### END SOLUTION"), *tests()]
    notebook.write(folder / "source" / ASSIGNMENT / FILE, cells)
    shutil.copy(HERE / "plain.py", folder / "source" / ASSIGNMENT)
    must(
        run([script("nbgrader"), "generate_assignment", ASSIGNMENT], folder, PREPARE_S),
        "nbgrader generate_assignment",
    )


def hand_in(folder, submission, released):
    """Hand in the released notebook, its answer cell filled."""
    name = "answer"
    cells = [
        cell | {"source": submission.text}
        if cell["metadata"]["nbgrader"]["grade_id"] == name
        else cell
        for cell in released
    ]
    place = folder / "submitted" / submission.name / ASSIGNMENT
    notebook.write(place / FILE, cells)
    shutil.copy(HERE / "plain.py", place)


def answer(source):
    """Return the cell that the learner fills."""
    return notebook.code(
        source, "answer", nbgrader=marks("answer", grade=False, solution=True, locked=False)
    )


def tests():
    """Return a locked test cell, worth a point, for each function and level."""
    return [
        notebook.code(
            f'from plain import attempt_all\n\nattempt_all({name}, "{name}", "{level}")',
            f"{name}-{level}",
            nbgrader=marks(f"{name}-{level}", grade=True, solution=False, locked=True)
            | {"points": 1},
        )
        for name in FUNCTIONS
        for level in LEVELS
    ]


def marks(name, *, grade, solution, locked):
    """Return nbgrader's metadata of a cell."""
    kind = {"schema_version": 3, "cell_type": "code", "task": False}
    return kind | {"grade_id": name, "grade": grade, "solution": solution, "locked": locked}


def read(folder, book, submission, seconds, said):
    """Return the verdict: the scores out of nbgrader's gradebook, the messages out of the notebook that it ran."""
    file = folder / "autograded" / submission.name / ASSIGNMENT / FILE
    lost = failed(book, submission.name)
    if lost is None or not file.exists():
        return Verdict(seconds, None, note=said)
    messages = errors(json.loads(file.read_text("utf-8"))["cells"])
    blamed = {}
    for function in FUNCTIONS:
        for name in (f"{function}-{level}" for level in LEVELS):
            if name in lost:
                blamed.setdefault(function, messages.get(name, ""))
    return Verdict(seconds, not lost, blamed)


def failed(book, student):
    """Return the names of the test cells that did not get their point; None where the gradebook has no marks."""
    from nbgrader.api import MissingEntry

    try:
        grades = book.find_submission(ASSIGNMENT, student).notebooks[0].grades
    except (MissingEntry, IndexError):
        return None
    return (
        [grade.name for grade in grades if grade.auto_score != grade.max_score] if grades else None
    )


def errors(cells):
    """Return name of a cell → the error in its outputs."""
    found = {}
    for cell in cells:
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                found[cell["metadata"]["nbgrader"]["grade_id"]] = (
                    output["evalue"] or output["ename"]
                )
    return found
