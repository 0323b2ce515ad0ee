"""The results as Markdown: a table, the commands, what it rests on, the machine."""

import importlib.metadata
import os
import platform
from statistics import median

from plain import ALL, FUNCTIONS, cases
from submissions import HANGING
from verdict import gives_reason, is_right, names_function

NEVER_S = 60


def text(results, tools):
    """Return the whole report: name → (seconds in all, [(submission, verdict)])."""
    verdicts = next(iter(results.values()))[1]
    kinds = [submission.kind for submission, _ in verdicts]
    not_right = len(kinds) - kinds.count("right")
    of_lenproto = sum(len(cases(function)) for function in FUNCTIONS)
    lines = [
        f"| tool | right verdicts, of {len(kinds)} | no verdict "
        f"| names the wrong function alone, of {not_right} | and the reason "
        "| a right one | a hanging one | all |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(row(name, *result) for name, result in results.items()),
        "",
        f"{len(kinds)} submissions with all five functions: {kinds.count('right')} right, "
        f"{kinds.count('wrong')} with one wrong function, "
        f"{kinds.count('unsafe')} with one that hangs, exits, leaves a thread or prints 50 MB. Times are medians; "
        f"{of_lenproto} cases for lenproto, the {len(ALL)} of them that need no time limit for the others, "
        "with the same scripted peers; "
        "nbgrader judges all in one command, its limit for a cell is 30 s, as shipped.",
        machine([package for name in results for package in tools[name].PACKAGES]),
        "",
        *(f"    {command}" for name in results for command in tools[name].COMMANDS),
    ]
    return "\n".join(lines)


def row(name, seconds, verdicts):
    """Return a tool's row."""
    wrong = [
        (submission, verdict) for submission, verdict in verdicts if submission.kind != "right"
    ]
    cells = [
        name,
        sum(is_right(verdict, submission) for submission, verdict in verdicts),
        sum(verdict.passed is None for _, verdict in verdicts),
        sum(names_function(verdict, submission) for submission, verdict in wrong),
        sum(gives_reason(verdict, submission) for submission, verdict in wrong),
        took([verdict for submission, verdict in verdicts if submission.kind == "right"]),
        took([verdict for submission, verdict in verdicts if submission.name in HANGING]),
        f"{seconds:.0f} s",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def took(verdicts):
    """Return the median of what they took, in words."""
    if not verdicts:
        return ""
    seconds = f"{median(verdict.seconds for verdict in verdicts):.2f} s"
    cut = sum(verdict.cut for verdict in verdicts)
    return (
        seconds
        if not cut
        else f"never (cut at {NEVER_S} s)"
        if cut == len(verdicts)
        else f"{seconds}, {cut} cut at {NEVER_S} s"
    )


def machine(packages=()):
    """Return what ran it, with the versions of these packages: no name of the machine, nor of a person."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = [
        f"{package} {importlib.metadata.version(package)}" for package in dict.fromkeys(packages)
    ]
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"{', '.join([f'{os.cpu_count()} cores', system, python, *versions])}."
