"""lenproto's own checker: one command for each file."""

import json

from processes import python, run
from verdict import Verdict

NAME = "lenproto"
COMMANDS = ("python -m lenproto check FILE --json",)
PACKAGES = ()
LIMIT_S = 60


def judge_all(submissions, folder):
    """Yield the verdict on each submission."""
    for submission in submissions:
        file = folder / f"{submission.name}.py"
        file.write_text(submission.text, "utf-8")
        yield submission, read(check(file, folder))


def check(file, folder):
    """Run the command on a file; return what ran."""
    return run(python("-m", "lenproto", "check", file, "--json"), folder, LIMIT_S)


def read(ran):
    """Return the verdict that stands in the JSON of a run."""
    try:
        functions = json.loads(ran.out)["functions"]
    except (ValueError, KeyError):
        return Verdict(ran.seconds, None, cut=ran.code is None)
    passed = all(told["spec"] == told["shock"] == "pass" for told in functions.values())
    failed = {
        name: first_failed(told)
        for name, told in functions.items()
        if "fail" in (told["spec"], told["shock"])
    }
    unnamed = frozenset(name for name, case in failed.items() if not case["misconception"])
    return Verdict(
        ran.seconds,
        passed,
        {name: case["message"] for name, case in failed.items()},
        ran.code is None,
        unnamed=unnamed,
    )


def first_failed(told):
    """Return the first case that failed."""
    return next(case for case in told["cases"] if case["verdict"] == "fail")
