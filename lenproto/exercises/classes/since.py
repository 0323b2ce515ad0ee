"""What has changed in a class since an earlier run: who is new, and which functions pass now, or no longer."""

from collections.abc import Iterable, Mapping

from lenproto.exercises.classes.gradebook import Book
from lenproto.exercises.classes.grading import Row
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.report.types import LevelVerdict
from lenproto.words import Words

ORDER: Mapping[LevelVerdict, int] = {"none": 0, "missing": 0, "skipped": 1, "fail": 1, "pass": 2}


def news(before: Book, now: Book) -> list[Words]:
    """Return a sentence for each learner who has handed in since, or whose verdicts are others; those first."""
    known = {row.learner: row for row in before.rows if not row.absent}
    rows = [row for row in now.rows if not row.absent]
    changed = [
        said for row in rows if row.learner in known for said in _changes(known[row.learner], row)
    ]
    new = [row.learner for row in rows if row.learner not in known]
    return [*changed, *([Words("class_page.news.new", learners=new)] if new else [])]


def _changes(before: Row, now: Row) -> Iterable[Words]:
    for key, sign in (("better", 1), ("worse", -1)):
        which = [
            Words("class_page.news.at", function=function, level=level)
            for function in FUNCTIONS
            for level in LEVELS
            if sign * (_rank(now, function, level) - _rank(before, function, level)) > 0
        ]
        if which:
            yield Words(f"class_page.news.{key}", learner=now.learner, which=which)


def _rank(row: Row, function: str, level: str) -> int:
    return ORDER[row.verdict(function, LEVELS[LEVELS.index(level)])]
