"""The page of a class: who passes what, what most get wrong, what has changed, and the evidence for each failure."""

import difflib

from lenproto.exercises.classes import alike, pages, weights
from lenproto.exercises.classes.grading import commonest
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.report.misconceptions import misconception
from lenproto.words import Words, say

TEMPLATE = "of_class.html"
SHOWN_MISTAKES = 6  # at once; the others open


def page(book, news=(), pairs=()):
    """Return the page of a Book as a text of HTML.

    news has what is to be said of changes since an earlier run; pairs are those of alike.pairs().
    """
    rows = [row for row in book.rows if not row.absent]
    stages = pages.Stages()
    learners = [_learner(number, row, book.weights, stages) for number, row in enumerate(rows)]
    return pages.rendered(
        TEMPLATE,
        stages.script(),
        title=book.title,
        learners=learners,
        mistakes=mistakes(rows),
        shown=SHOWN_MISTAKES,
        passed=passed(rows),
        most=weights.number(book.weights.most),
        mean=weights.number(sum(learner["points"] for learner in learners) / max(1, len(rows))),
        absent=[row.learner for row in book.rows if row.absent],
        asides=book.asides,
        news=news,
        alike=[_group(each) for each in alike.groups(pairs)],
        shows_evidence=any(learner["shows"] for learner in learners),
        all_pass=sum(learner["passes"] for learner in learners),
    )


def mistakes(rows):
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
                "case": cases[0][2],
                "says": known.opening if known else "",
                "concept": str(known.concept) if known and isinstance(known.concept, str) else "",
            }
        )
    return found


def _group(group):
    """Learners who are alike, and enough pairs of them to see it."""
    learners = dict.fromkeys(name for pair in group for name in pair.learners)
    return {"learners": [*learners], "pairs": [_pair(each) for each in group]}


def _pair(pair):
    """Two learners whose functions are much the same: both sources, line by line, with what differs."""
    return {
        "learners": pair.learners,
        "functions": [
            {
                "name": name,
                "percent": round(100 * share),
                "sides": [*zip(pair.learners, _beside(one, other), strict=True)],
            }
            for name, (one, other, share) in pair.functions.items()
        ],
    }


def _beside(one, other):
    """The lines of both sources, each with whether it differs from the other's."""
    texts = one.splitlines(), other.splitlines()
    differs = [set(range(len(lines))) for lines in texts]
    blocks = difflib.SequenceMatcher(
        None, *([line.strip() for line in lines] for lines in texts), autojunk=False
    ).get_matching_blocks()
    for block in blocks:
        differs[0] -= set(range(block.a, block.a + block.size))
        differs[1] -= set(range(block.b, block.b + block.size))
    return [
        [(line, number in different) for number, line in enumerate(lines)]
        for lines, different in zip(texts, differs, strict=True)
    ]


def passed(rows):
    """How many learners pass each function at each level."""
    return [
        {level: sum(row.verdict(function, level) == "pass" for row in rows) for level in LEVELS}
        for function in FUNCTIONS
    ]


def _learner(number, row, weighed, stages):
    """A line of the table, and the evidence that belongs to it."""
    cells = [_cell(number, row, function, stages) for function in FUNCTIONS]
    notes = row.report.notes if row.report else ()
    failures = [cell for cell in cells if cell["case"]]
    points = weights.total(row, weighed)
    return {
        "name": row.learner,
        "file": row.path,
        "problem": row.problem,
        "taken": row.taken,
        "notes": notes,
        "asides": row.asides,
        "cells": cells,
        "failures": failures,
        "points": points,
        "shown_points": weights.number(points),
        "shows": bool(failures or row.problem or notes or row.taken or row.asides),
        "passes": all(mark["verdict"] == "pass" for cell in cells for mark in cell["marks"]),
    }


def _cell(number, row, function, stages):
    """What is known of one function of a learner: both verdicts, and the first failure."""
    verdict = row.report.functions[function] if row.report else None
    case = verdict.failure if verdict else None
    marks = pages.marks(row, function)
    return {
        "function": function,
        "marks": marks,
        "missing": row.verdict(function, LEVELS[0]) == "missing",
        "anchor": f"l{number}-{function}",
        "leads": _leads(row.learner, function, marks) if case else "",
        "case": case and pages.evidence(case, stages),
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
