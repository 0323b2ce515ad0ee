"""A page for one pupil, to hand back: what is right, the first failure of each function, and hints one by one."""

from lenproto.exercises.classes import pages, weights
from lenproto.exercises.functions import FUNCTIONS, LEVELS

TEMPLATE = "of_pupil.html"


def page(row, weighed):
    """Return the page of a Row as a text of HTML; weighed: how many points there are for what."""
    functions = [_function(row, name, weighed) for name in FUNCTIONS]
    return pages.rendered(
        TEMPLATE,
        title=row.learner,
        problem=row.problem,
        taken=row.taken,
        asides=row.asides,
        files=row.files,
        judged=row.judged,
        done=[each for each in functions if each["passes"]],
        open=[each for each in functions if each["case"]],
        missing=[each for each in functions if each["missing"]],
        points=weights.number(weights.total(row, weighed)),
        most=weights.number(weighed.most),
    )


def _function(row, name, weighed):
    verdict = row.report.functions[name] if row.report else None
    case = verdict.failure if verdict else None
    return {
        "name": name,
        "marks": pages.marks(row, name),
        "missing": row.verdict(name, LEVELS[0]) == "missing",
        "passes": bool(verdict and verdict.passed),
        "notes": verdict.notes if verdict else (),
        "points": weights.number(
            sum(weights.points(row, name, level, weighed) for level in LEVELS)
        ),
        "case": case and pages.evidence(case),
    }
