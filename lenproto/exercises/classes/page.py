"""The page of a class, for a browser: who passes what, what most get wrong, and the evidence for each failure.

One file that loads nothing from elsewhere. What learners wrote is escaped by Jinja2, and a content security policy
forbids every script but the page's own.
"""

import base64
import hashlib
from importlib import resources

import jinja2

from lenproto.exercises.classes.grading import commonest
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.report import text
from lenproto.exercises.report.hints import hints
from lenproto.exercises.report.misconceptions import misconception
from lenproto.words import Words, direction, language, say

TEMPLATE = "page.html"
SCRIPT = "page.js"
STYLE = "page.css"
SHOWN_MISTAKES = 6  # at once; the others open


def page(rows, title):
    """Return the page as a text of HTML."""
    script, style, template = (_text(name) for name in (SCRIPT, STYLE, TEMPLATE))
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    learners = [_learner(number, row) for number, row in enumerate(rows)]
    return environment.from_string(template).render(
        say=lambda key, **values: say(f"class_page.{key}", **values),
        language=language(),
        direction=direction(),
        title=title,
        functions=FUNCTIONS,
        levels=LEVELS,
        learners=learners,
        mistakes=_mistakes(rows),
        shown=SHOWN_MISTAKES,
        passed=_passed(rows),
        shows_evidence=any(
            learner["failures"] or learner["problem"] or learner["notes"] or learner["taken"]
            for learner in learners
        ),
        all_pass=sum(learner["passes"] for learner in learners),
        script=jinja2.utils.markupsafe.Markup(script),
        style=jinja2.utils.markupsafe.Markup(style),
        digest=digest,
    )


def _learner(number, row):
    """A line of the table, and the evidence that belongs to it."""
    cells = [_cell(number, row, function) for function in FUNCTIONS]
    return {
        "name": row.learner,
        "file": row.path,
        "problem": row.problem,
        "taken": row.taken,
        "notes": row.report.notes if row.report else (),
        "cells": cells,
        "failures": [cell for cell in cells if cell["case"]],
        "passes": all(mark["verdict"] == "pass" for cell in cells for mark in cell["marks"]),
    }


def _cell(number, row, function):
    """What is known of one function of a learner: both verdicts, and the first failure."""
    verdict = row.report.functions[function] if row.report else None
    case = verdict.failure if verdict else None
    marks = [
        {"level": level, "verdict": word, "sign": text.SIGNS[word]}
        for level, word in ((level, row.verdict(function, level)) for level in LEVELS)
    ]
    return {
        "function": function,
        "marks": marks,
        "missing": row.verdict(function, LEVELS[0]) == "missing",
        "anchor": f"l{number}-{function}",
        "leads": _leads(row.learner, function, marks) if case else "",
        "case": case and _evidence(case),
    }


def _leads(learner, function, marks):
    """What a link to the evidence is called where it is heard: whose, and both verdicts."""
    verdicts = {
        mark["level"]: Words(
            "class_page.level-verdict",
            level=mark["level"],
            verdict=Words(f"class_page.verdict.{mark['verdict']}"),
        )
        for mark in marks
    }
    return say("class_page.to-evidence", learner=learner, function=function, **verdicts)


def _evidence(case):
    """A failed case, in the words and with the marks of every other verdict."""
    return {
        "headline": text.headline(case),
        "level": case.level,
        "name": case.label,
        "steps": text.step_lines(case),
        "marked": text.marked_lines(case),
        "message": case.message,
        "misconception": case.misconception,
        "source": case.source,
        "place": text.place(case) if case.where else "",
        "printed": text.printed_lines(case),
        "hints": hints(case),
    }


def _mistakes(rows):
    """The misconceptions, the commonest first: how many learners, who, and what it is."""
    found, numbers = [], {id(row): number for number, row in enumerate(rows)}
    for name, cases in commonest(rows):
        who = [
            {"name": row.learner, "function": function, "anchor": f"l{numbers[id(row)]}-{function}"}
            for row, function, _ in cases
        ]
        known = misconception(name, cases[0][1])
        many = len({id(row) for row, *_ in cases})
        found.append(
            {
                "name": name,
                "many": many,
                "share": round(100 * many / len(rows)),
                "who": who,
                "says": known.opening if known else "",
            }
        )
    return found


def _passed(rows):
    """How many learners pass each function at each level."""
    return [
        {level: sum(row.verdict(function, level) == "pass" for row in rows) for level in LEVELS}
        for function in FUNCTIONS
    ]


def _text(name):
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
