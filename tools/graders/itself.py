"""lenproto alone: how fast it is as a command and in a notebook, and whether it always says the same."""

import contextlib
import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import notebook
import report
from processes import must, python, run, script
from submissions import HANGING, SOLUTIONS, chosen
from with_lenproto import check

from lenproto.exercises.functions import FUNCTIONS

RUNS, UNDER_LOAD = 11, 20
LIMIT_S = 120
MOST_NAMED = 10
RIGHT = SOLUTIONS / "right" / "plain.py"
CORPUS = ("right", "spec_only", "wrong")
REFERENCE = f"from lenproto import {', '.join(FUNCTIONS)}\n"
MEASURE = f"""\
import json, time
from lenproto.exercises import check


def seconds(function):
    began = time.monotonic()
    verdict = check(function)
    str(verdict)
    return verdict.passed, time.monotonic() - began

told = {{name: [seconds(globals()[name]) for _ in range({RUNS})] for name in {FUNCTIONS!r}}}
"""
HANG = """
def serve_requests(request, client_socket):
    while True:
        try:
            pass
        except:
            pass

told["hangs"] = [seconds(serve_requests)]
json.dump(told, open("told.json", "w"))
"""


def text(say):
    """Measure all; return it as Markdown."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        lines = []
        for part in (whole_command, hanging, in_notebook, under_load, twice):
            say(f"lenproto itself: {part.__name__.replace('_', ' ')}")
            lines += part(folder)
    return "\n".join(
        [
            *(f"- {line}" for line in lines),
            "",
            report.machine(),
            "",
            "    python tools/graders --itself",
        ]
    )


def judged(file, folder):
    """Return what ran, and the report on a file."""
    ran = check(file, folder)
    with contextlib.suppress(ValueError):
        return ran, json.loads(ran.out)
    return ran, {"functions": {}}


def passes(told):
    """Whether all five functions pass at both levels."""
    return [
        function["spec"] == function["shock"] == "pass" for function in told["functions"].values()
    ] == [True] * len(FUNCTIONS)


def whole_command(folder):
    """A right file, all five functions at both levels."""
    runs = [judged(RIGHT, folder) for _ in range(RUNS)]
    seconds = [ran.seconds for ran, _ in runs]
    return [
        f"the whole command, a right file, both levels: median of {RUNS} runs {median(seconds):.2f} s "
        f"({min(seconds):.2f} – {max(seconds):.2f}); {sum(passes(told) for _, told in runs)} passes"
    ]


def hanging(folder):
    """Files of which one function hangs, and the others are right."""
    lines = []
    for submission in chosen():
        if submission.name in HANGING:
            file = folder / f"{submission.name}.py"
            file.write_text(submission.text, "utf-8")
            ran, told = judged(file, folder)
            blamed = [
                name
                for name, function in told["functions"].items()
                if "fail" in (function["spec"], function["shock"])
            ]
            lines.append(
                f"{submission.name.replace('_', ' ')}, the whole command: "
                f"told in {ran.seconds:.2f} s, of {', '.join(blamed)}"
            )
    return lines


def in_notebook(folder):
    """check(function) in a kernel, one function after the other."""
    file = folder / "notebook.ipynb"
    cells = [RIGHT.read_text("utf-8").partition("\nif __name__")[0], MEASURE, HANG]
    notebook.write(
        file, [notebook.code(source, f"cell-{number}") for number, source in enumerate(cells)]
    )
    must(
        run(
            [
                script("jupyter"),
                "nbconvert",
                "--to",
                "notebook",
                "--execute",
                "--inplace",
                str(file),
            ],
            folder,
            LIMIT_S,
        ),
        "the notebook",
    )
    told = json.loads((folder / "told.json").read_text())
    lines = []
    for name, runs in told.items():
        seconds = median(second for _, second in runs)
        good = sum(passed for passed, _ in runs)
        lines.append(
            f"in a notebook, one that {name}: told in {seconds:.2f} s"
            if name == "hangs"
            else f"in a notebook, check({name}), both levels: median of {len(runs)} runs {seconds:.2f} s, {good} passes"
        )
    return lines


def under_load(folder):
    """The reference, again and again, while every core is busy."""
    file = folder / "reference.py"
    file.write_text(REFERENCE, "utf-8")
    with busy(os.cpu_count() or 1):
        runs = [judged(file, folder) for _ in range(UNDER_LOAD)]
    return [
        f"the reference {UNDER_LOAD} times, every core kept busy: {sum(passes(told) for _, told in runs)} passes, "
        f"the slowest in {max(ran.seconds for ran, _ in runs):.2f} s"
    ]


@contextlib.contextmanager
def busy(cores):
    """In here so many processes do nothing but count."""
    counting = [subprocess.Popen(python("-c", "while True: pass")) for _ in range(cores)]
    try:
        yield
    finally:
        for process in counting:
            process.kill()
            process.wait()


def twice(folder):
    """Every labelled solution, judged twice."""
    files = [file for kind in CORPUS for file in sorted((SOLUTIONS / kind).glob("*.py"))]
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        both = [list(pool.map(lambda file: judged(file, folder)[1], files)) for _ in range(2)]
    finally:
        pool.shutdown(cancel_futures=True)  # Ctrl-C need not wait for all of them
    other = [
        file.stem
        for file, one, two in zip(files, *both, strict=True)
        if verdicts(one) != verdicts(two) or not verdicts(one)
    ]
    letters = [
        file.stem
        for file, one, two in zip(files, *both, strict=True)
        if timeless(one) != timeless(two)
    ]
    return [
        f"{len(files)} solutions judged twice: {len(files) - len(other)} with the same verdict"
        + named(other),
        f"of these {len(files) - len(letters)} with the same report to the letter, "
        "seconds apart (what answers TIME differs)" + named(letters),
    ]


def named(files):
    """Return the names of the exceptions, if there are any."""
    more = f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
    return f"; not {', '.join(files[:MOST_NAMED])}{more}" if files else ""


def verdicts(told):
    """Return what a report says of each function: both levels, and the misconceptions."""
    return {
        name: (
            function["spec"],
            function["shock"],
            [case["misconception"] for case in function["cases"]],
        )
        for name, function in told["functions"].items()
    }


def timeless(thing):
    """Return a report without its seconds."""
    if isinstance(thing, dict):
        return {name: timeless(value) for name, value in thing.items() if name != "seconds"}
    return [timeless(value) for value in thing] if isinstance(thing, list) else thing
