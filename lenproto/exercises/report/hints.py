"""The ladder of hints for a failed case: what happened and where to look, why the protocol wants it otherwise, Python.

The first says something else than the verdict's message, which the learner has read already.
"""

from typing import Any, NamedTuple

from lenproto.exercises.report.misconceptions import Misconception, misconception
from lenproto.exercises.report.types import CaseReport
from lenproto.lab.call import RECEIVING, SENDING
from lenproto.words import Words, say

MANY = 3  # hints that a failure has
# calls that the other side takes part in
TALKING = {"accept", "connect", "connect_ex", *RECEIVING, *SENDING}
LEAVING = {"close", "shutdown", "detach"}  # calls behind which there is mostly nothing more to see


class Hint(NamedTuple):
    """A rung of the ladder: a sentence, or the solution in Python."""

    text: str
    is_code: bool = False


def ladder(case: CaseReport) -> list[Hint]:
    """Return the three hints for a failed case: what happened and where, the idea, the line as it could be."""
    values = case.seen.values if isinstance(case.seen, Words) else {}
    known = misconception(case.misconception, case.function, values.get("kind", ""))
    known = known or Misconception(
        say("hints.unknown.happened"),
        say("hints.unknown.concept"),
        say("hints.unknown.solution"),
        is_belief=False,
    )
    # a line that is wrong in any case is the one to look at
    look = " ".join(map(str, case.asides)) or _look(case, known.look)
    return [
        Hint(say("hints.first", opening=_opening(known, values), look=look)),
        Hint(known.concept),
        Hint(known.solution.strip("\n"), is_code=True),
    ]


def _opening(known: Misconception, values: dict[str, Any]) -> str:
    """What happened; of an error what Python says of it, and which import is perhaps missing."""
    if "python" not in values:
        return known.opening
    if values["forgotten"]:
        return say("hints.forgotten", said=values["python"], name=values["forgotten"])
    return say("hints.python", said=values["python"])


def _look(case: CaseReport, otherwise: str) -> str:
    """Where to look: at the line in question; else at that after which something is wrong or missing."""
    if case.where:
        return say("hints.look.at", place=_place(case.where, case.source))
    if otherwise:
        return otherwise
    if case.steps and case.steps[-1].number == 0:  # which one was the last is not known
        return say("hints.look.nowhere")
    own = [step for step in case.steps if step.who == "you" and step.where]
    talks = next((step for step in reversed(own) if step.call in TALKING), None)
    if talks:
        return say("hints.look.behind", place=_place(talks.where, talks.source))
    called = next((step for step in reversed(own) if step.call not in LEAVING), None)
    if called:
        return say("hints.look.called", place=_place(called.where, called.source))
    return say("hints.look.first", function=case.function)


def _place(where: list[Any] | None, source: str) -> str:
    """A line of a function, and what stands in it if that is known: a helper may be in another cell."""
    function, line, _ = where or ("", 0, "")
    kind = "source" if source else "line"
    return say(f"hints.place.{kind}", line=line, function=function, source=source)


def hints(case: CaseReport) -> list[str]:
    """Return the texts of the ladder."""
    return [hint.text for hint in ladder(case)]
