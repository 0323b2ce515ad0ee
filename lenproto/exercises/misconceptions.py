"""What learners usually get wrong, by name: what is believed, what is so instead, and lines that do it right.

The catalogue is text, in tables of lenproto.words: one for each function, and one for what goes for all of them.
Where a name is in both, the function's own entry counts. What was seen of a misconception stands there, too.
"""

import linecache
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lenproto import words
from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.report_types import CaseReport
from lenproto.words import Words, say

ANY = "any_function"
BELIEF, FACT = "says", "happened"  # one of these an entry has


@dataclass(frozen=True)
class Misconception:
    """What is believed or happened, in a sentence; why the protocol wants it otherwise; Python that does it right."""

    says: str
    concept: str
    solution: Any
    is_belief: bool  # says is what somebody may think, and not what the function did

    @property
    def opening(self) -> str:
        """What happened, as it stands; what is only believed, as somebody's belief."""
        return say("hints.belief", says=self.says) if self.is_belief else self.says


class Hint(NamedTuple):
    """A rung of the ladder: a sentence, or the solution in Python."""

    text: str
    is_code: bool = False


def seen(name: str, /, *, of: str = ANY, **values: Any) -> tuple[str, Words]:
    """Return a misconception's name, and the sentence of what was seen; "name.variant" where there are several."""
    misconception, _, variant = name.partition(".")
    way = [of, misconception, "seen", *([variant] if variant else [])]
    return misconception, Words(".".join(way), **values)


def catalogue(name: str = ANY) -> dict[str, Misconception]:
    """Return a function's misconceptions by name; without a function, those of any. A solution may be a table."""
    return {
        key: _misconception(entry)
        for key, entry in words.table(name).items()
        if BELIEF in entry or FACT in entry
    }


def _misconception(entry: Mapping[str, Any]) -> Misconception:
    is_belief = BELIEF in entry
    return Misconception(
        entry[BELIEF if is_belief else FACT], entry["concept"], entry["solution"], is_belief
    )


def names() -> set[str]:
    """Return the names of all misconceptions."""
    return {name for each in (ANY, *FUNCTIONS) for name in catalogue(each)}


def misconception(name: str | None, function: str = ANY) -> Misconception | None:
    """Return what the catalogue says of a misconception, of a function's own first; None if it does not know it."""
    known = next(
        (
            each
            for place in (function, ANY, *FUNCTIONS)
            if (each := catalogue(place).get(name or ""))
        ),
        None,
    )
    if known and isinstance(known.solution, Mapping):
        fitting = known.solution.get(function) or next(iter(known.solution.values()))
        return Misconception(known.says, known.concept, fitting, known.is_belief)
    return known


def ladder(case: CaseReport) -> list[Hint]:
    """Return the hints for a failed case of a report: symptom, concept, the line in question, solution."""
    known = misconception(case["misconception"], case.get("function", ANY))
    rungs = [Hint(case["message"])]
    if known:
        rungs.append(Hint(say("hints.why", opening=known.opening, concept=known.concept)))
    rungs.append(Hint(_line(case)))
    if known:
        rungs.append(Hint(known.solution.strip("\n"), is_code=True))
    return rungs


def _line(case):
    """Where to look."""
    if not case["where"]:
        own = [step["line"] for step in case["steps"] if step["who"] == "you" and step["line"]]
        return say("hints.look.behind", line=own[-1]) if own else say("hints.look.first")
    function, line, file = case["where"]
    source = case.get("source") or linecache.getline(file, line).strip()
    if source:
        return say("hints.look.source", line=line, function=function, source=source)
    return say("hints.look.at", line=line, function=function)


def hints(case: CaseReport) -> list[str]:
    """Return the texts of the ladder."""
    return [hint.text for hint in ladder(case)]
