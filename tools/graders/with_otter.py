"""otter-grader: an autograder of exception-based tests, one case each; a run without a container for each notebook."""

import json
import re
from pathlib import Path

import notebook
from plain import ALL, FUNCTIONS, LEVELS
from processes import must, run, script
from verdict import Verdict

NAME = "otter-grader"
COMMANDS = (
    "otter generate -t tests -o autograder.zip plain.py",
    "otter run -a autograder.zip --no-logo FILE",
)
PACKAGES = ("otter-grader", "nbconvert", "ipykernel")
PREPARE_S, LIMIT_S = 60, 60
HERE = Path(__file__).resolve().parent
HEAD = """\
from otter.test_files import test_case
from plain import ALL, attempt

OK_FORMAT = False
name = "{function}-{level}"
points = 1
"""
TEST = """

@test_case(name="{function}-{level}-{name}")
def test_{number}({function}):
    attempt({function}, ALL[{number}])
"""


def judge_all(submissions, folder):
    """Yield the verdict on each submission."""
    prepare(folder)
    for submission in submissions:
        place = folder / submission.name
        file = place / "exercise.ipynb"
        notebook.write(file, [notebook.code(submission.text, "answer")])
        command = [
            script("otter"),
            "run",
            "-a",
            str(folder / "autograder.zip"),
            "-o",
            str(place),
            "--no-logo",
            str(file),
        ]
        yield submission, read(run(command, place, LIMIT_S), place / "results.json")


def prepare(folder):
    """Write the tests, and pack them."""
    (folder / "tests").mkdir()
    for function in FUNCTIONS:
        for level in LEVELS:
            numbers = [
                number
                for number, case in enumerate(ALL)
                if (case.function, case.level) == (function, level)
            ]
            tests = [
                TEST.format(function=function, level=level, name=ALL[number].name, number=number)
                for number in numbers
            ]
            text = HEAD.format(function=function, level=level) + "".join(tests)
            (folder / "tests" / f"{function}-{level}.py").write_text(text, "utf-8")
    (folder / "plain.py").write_bytes((HERE / "plain.py").read_bytes())
    must(run([script("otter"), *COMMANDS[0].split()[1:]], folder, PREPARE_S), "otter generate")


def read(ran, file):
    """Return the verdict that stands in the JSON of a run."""
    if not file.exists():
        return Verdict(ran.seconds, None, cut=ran.code is None)
    blamed, good = {}, True
    for test in json.loads(file.read_text("utf-8"))["tests"]:
        function = test["name"].partition("-")[0]
        if function in FUNCTIONS and test["score"] < test["max_score"]:
            good = False
            found = re.search(r"AssertionError: (.*)", test["output"])
            blamed[function] = blamed.get(function) or (found[1] if found else "")
    return Verdict(ran.seconds, good, blamed, ran.code is None)
