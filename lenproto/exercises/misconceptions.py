"""What learners usually get wrong, by name: what is believed, what is so instead, and lines that do it right.

The catalogue is text: one file for each function, and one for what goes for all of them, in the folder beside this
module. Where a name is in both, the function's own entry counts.
"""

import functools
import linecache
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from lenproto.exercises.cases import FUNCTIONS
from lenproto.exercises.report_types import CaseReport

ANY = "any_function"
FOLDER = "catalogue"


@dataclass(frozen=True)
class Misconception:
    """What is believed or happened, in a sentence; why the protocol wants it otherwise; Python that does it right."""

    says: str
    concept: str
    solution: str

    @property
    def is_belief(self):
        """Whether says is what somebody may think, and not what the function did."""
        return not self.says.startswith(("It ", "Its "))

    @property
    def opening(self):
        """What happened, as it stands; what is only believed, as somebody's belief."""
        return f'Whoever writes this may think: "{self.says}"' if self.is_belief else self.says


@functools.cache
def catalogue(name=ANY):
    """Return a function's misconceptions by name; without a function, those of any. A solution may be a table."""
    text = (files(__package__) / FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return {key: Misconception(**entry) for key, entry in tomllib.loads(text).items()}


def names():
    """Return the names of all misconceptions."""
    return {name for each in (ANY, *FUNCTIONS) for name in catalogue(each)}


def misconception(name, function=ANY):
    """Return what the catalogue says of a misconception, of a function's own first; None if it does not know it."""
    known = next(
        (each for place in (function, ANY, *FUNCTIONS) if (each := catalogue(place).get(name))),
        None,
    )
    if known and isinstance(known.solution, dict):
        fitting = known.solution.get(function) or next(iter(known.solution.values()))
        return Misconception(known.says, known.concept, fitting)
    return known


def hints(case: CaseReport) -> list[str]:
    """Return the ladder of hints for a failed case of a report: symptom, concept, the line in question, solution."""
    known = misconception(case["misconception"], case.get("function", ANY))
    concept, solution = (
        (f"{known.opening} {known.concept}", known.solution.strip("\n")) if known else ("", "")
    )
    return [case["message"], concept, _line(case), solution]


def _line(case):
    """Where to look."""
    if not case["where"]:
        own = [step["line"] for step in case["steps"] if step["who"] == "you" and step["line"]]
        if not own:
            return "Look at its first lines."
        return f"The last line that talked to the other side is line {own[-1]}. Look behind it."
    function, line, file = case["where"]
    source = case.get("source") or linecache.getline(file, line).strip()
    return f"Look at line {line} of {function}" + (f": {source}" if source else ".")
