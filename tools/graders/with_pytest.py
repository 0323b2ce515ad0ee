"""Plain pytest: one run for each file, one test for each case, with pytest-timeout."""

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from processes import python, run
from verdict import Verdict

NAME = "pytest"
COMMANDS = ("pytest -q --timeout=2 --junitxml=verdict.xml test_exercise.py",)
PACKAGES = ("pytest", "pytest-timeout")
LIMIT_S = 60
HERE = Path(__file__).resolve().parent
TESTS = """\
import pytest
import submission
from plain import ALL, attempt


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.function}-{case.level}-{case.name}")
def test_case(case):
    attempt(getattr(submission, case.function, None), case)
"""


def judge_all(submissions, folder):
    """Yield the verdict on each submission."""
    for submission in submissions:
        place = folder / submission.name
        place.mkdir()
        shutil.copy(HERE / "plain.py", place)
        (place / "test_exercise.py").write_text(TESTS, "utf-8")
        (place / "submission.py").write_text(submission.text, "utf-8")
        yield (
            submission,
            read(run(python("-m", *COMMANDS[0].split()), place, LIMIT_S), place / "verdict.xml"),
        )


def read(ran, file):
    """Return the verdict that stands in the XML of a run; without one, the exit code is all that it says."""
    if not file.exists():
        passed = None if ran.code is None else ran.code == 0
        return Verdict(ran.seconds, passed, cut=ran.code is None)
    blamed, good = {}, True
    for test in ElementTree.parse(file).iter("testcase"):
        for wrong in (*test.findall("failure"), *test.findall("error")):
            good = False
            function = test.get("name").partition("[")[2].partition("-")[0]
            blamed.setdefault(function, wrong.get("message").removeprefix("AssertionError: "))
    return Verdict(ran.seconds, good, blamed, ran.code is None)
