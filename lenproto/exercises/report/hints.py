"""The ladder of hints for a failed case: what happened and where, why the protocol wants it otherwise, Python."""

import linecache
from typing import NamedTuple

from lenproto.exercises.report.misconceptions import lines_against, misconception
from lenproto.exercises.report.types import CaseReport
from lenproto.words import Words, say


class Hint(NamedTuple):
    """A rung of the ladder: a sentence, or the solution in Python."""

    text: str
    is_code: bool = False


def ladder(case: CaseReport) -> list[Hint]:
    """Return the hints for a failed case of a report: what happened and where, why it is otherwise, the line in Python.

    The verdict's own sentence stands above them, and none says it again.
    """
    known = misconception(case.misconception, case.function)
    look = " ".join([*map(str, case.asides), _line(case)])
    if not known:
        return [Hint(look)]
    return [
        Hint(say("hints.happened", opening=known.opening, look=look)),
        Hint(known.concept),
        Hint((_against(case) or known.solution).strip("\n"), is_code=True),
    ]


def _against(case: CaseReport) -> str:
    """Lines that fit the error that the function raised, where that is all that is known of it."""
    values = case.seen.values if isinstance(case.seen, Words) else {}
    meaning = values.get("meaning")
    return lines_against(meaning.key.rpartition(".")[2]) if isinstance(meaning, Words) else ""


def _line(case: CaseReport) -> str:
    """Where to look."""
    if not case.where:
        return _last_line(case)
    function, line, file = case.where
    source = case.source or linecache.getline(file, line).strip()
    if source:
        return say("hints.look.source", line=line, function=function, source=source)
    return say("hints.look.at", line=line, function=function)


def _last_line(case: CaseReport) -> str:
    """The last line of its own that talked, where all steps up to the end are told."""
    own = [step.where for step in case.steps if step.who == "you" and step.where]
    if not own or not case.steps[-1].number:
        return say("hints.look.first")
    function, line, _ = own[-1]
    return say("hints.look.behind", line=line, function=function)


def hints(case: CaseReport) -> list[str]:
    """Return the texts of the ladder."""
    return [hint.text for hint in ladder(case)]
