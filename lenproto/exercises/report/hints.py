"""The ladder of hints for a failed case: what was seen, why the protocol wants it otherwise, where to look, Python."""

import linecache
from typing import NamedTuple

from lenproto.exercises.report.misconceptions import misconception
from lenproto.exercises.report.types import CaseReport
from lenproto.words import say


class Hint(NamedTuple):
    """A rung of the ladder: a sentence, or the solution in Python."""

    text: str
    is_code: bool = False


def ladder(case: CaseReport) -> list[Hint]:
    """Return the hints for a failed case of a report: symptom, concept, the line in question, solution."""
    known = misconception(case.misconception, case.function)
    rungs = [Hint(case.message)]
    if known:
        rungs.append(Hint(say("hints.why", opening=known.opening, concept=known.concept)))
    rungs.append(Hint(_line(case)))
    if known:
        rungs.append(Hint(known.solution.strip("\n"), is_code=True))
    return rungs


def _line(case: CaseReport) -> str:
    """Where to look."""
    if not case.where:
        own = [step.line for step in case.steps if step.who == "you" and step.line]
        return say("hints.look.behind", line=own[-1]) if own else say("hints.look.first")
    function, line, file = case.where
    source = case.source or linecache.getline(file, line).strip()
    if source:
        return say("hints.look.source", line=line, function=function, source=source)
    return say("hints.look.at", line=line, function=function)


def hints(case: CaseReport) -> list[str]:
    """Return the texts of the ladder."""
    return [hint.text for hint in ladder(case)]
