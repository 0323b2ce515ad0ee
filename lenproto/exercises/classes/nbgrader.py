"""For nbgrader: what is graded is judged outside of its notebook, so that nothing in that can be in the way.

In nbgrader_config.py:

    from lenproto.exercises.classes.nbgrader import judge_outside
    judge_outside(c)
"""

import os
from typing import Any

import nbformat
from nbformat.v4 import new_output
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade

from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.judging.judge import judge
from lenproto.exercises.judging.submission import NotReadable
from lenproto.exercises.learner.verdict import SHARE
from lenproto.exercises.report import text
from lenproto.exercises.report.types import Job, Report
from lenproto.words import say

CHECK = "check_"  # begins the id of a graded cell, before the name of a function


class JudgeOutside(NbGraderPreprocessor):
    """Puts verdicts and points into the graded cells of a notebook that was run, whatever they made of themselves."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Judge the functions of a notebook; return it with its graded cells filled in, and the resources."""
        cells = [(cell, name) for cell in nb.cells if (name := graded(cell))]
        if cells:
            report = _report(nb, resources)
            for cell, name in cells:
                said, points = worth(report, name, float(cell.metadata.nbgrader.points))
                self.log.info("%s: %s points", name, points)
                cell.outputs = [
                    new_output("stream", name="stdout", text=f"{said}\n"),
                    new_output(
                        "execute_result",
                        data={"text/plain": repr(points)},
                        execution_count=cell.execution_count,
                    ),
                ]
        return nb, resources


def judge_outside(config: Any) -> None:
    """Let nbgrader's configuration have JudgeOutside among its steps, as soon as a notebook was run."""
    steps = list(Autograde.autograde_preprocessors.default())
    steps.insert(steps.index(Execute) + 1, JudgeOutside)
    config.Autograde.autograde_preprocessors = steps


def graded(cell: Any) -> str:
    """Return which of the five functions a graded cell is about; "" if it is none of these cells."""
    if cell.cell_type != "code" or not is_grade(cell):
        return ""
    name = str(cell.metadata.nbgrader.grade_id).removeprefix(CHECK)
    return name if name in FUNCTIONS else ""


def worth(report: Report | str, name: str, most: float) -> tuple[str, float]:
    """Return what is said of a function, and its points; report: or why nothing could be judged."""
    if isinstance(report, str):
        return report, 0.0
    verdict = report.functions[name]
    notes = [say("judging.report.note", note=note) for note in report.notes]
    said = "\n\n".join([text.told(name, verdict), *(["\n".join(notes)] if notes else [])])
    return said, verdict.points({level: share * most for level, share in SHARE.items()})


def _report(nb: Any, resources: Any) -> Report | str:
    """What came of judging; or why nothing did."""
    folder = os.path.abspath(resources.get("metadata", {}).get("path") or ".")
    name = f"{resources.get('unique_key') or 'notebook'}.ipynb"
    alone = nbformat.from_dict(
        {
            **nb,
            "cells": [
                {**cell, "outputs": []} if cell.cell_type == "code" else cell for cell in nb.cells
            ],
        }
    )
    content = nbformat.writes(alone).encode()
    try:
        return judge(Job(file=name, content=content, function="", path=[folder]))
    except NotReadable as error:
        return str(error)
