"""What learners usually get wrong, by name: what is believed, what is so instead, and lines that do it right.

The catalogue is text, in tables of lenproto.words: one for each function, and one for what goes for all of them.
Where a name is in both, the function's own entry counts. What was seen of a misconception stands there, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lenproto import words
from lenproto.exercises.functions import FUNCTIONS, STEPS, table_of
from lenproto.words import Words, say

ANY = "any_function"
TABLES = (ANY, *FUNCTIONS, "steps", *(f"steps_{lesson}" for lesson in STEPS))
BELIEF, FACT = "says", "happened"  # one of these an entry has


@dataclass(frozen=True)
class Misconception:
    """What is believed or happened, in a sentence; why the protocol wants it otherwise; Python that does it right."""

    says: str
    concept: Any
    solution: Any
    is_belief: bool  # says is what somebody may think, and not what the function did
    look: str = ""  # where to look, if no line is known

    @property
    def opening(self) -> str:
        """What happened, as it stands; what is only believed, as somebody's belief."""
        return say("hints.belief", says=self.says) if self.is_belief else self.says


def observed(name: str, /, *, of: str = ANY, **values: Any) -> tuple[str, Words]:
    """Return a misconception's name, and the sentence of what was seen; "name.variant" where there are several."""
    misconception, _, variant = name.partition(".")
    way = [of, misconception, "seen", *([variant] if variant else [])]
    return misconception, Words(".".join(way), **values)


def catalogue(name: str = ANY) -> dict[str, Misconception]:
    """Return a function's misconceptions by name; without a function, those of any.

    A solution may be a table, of solutions by function; both it and the concept tables by the kind of an error.
    """
    return {
        key: _misconception(entry)
        for key, entry in words.table(name).items()
        if BELIEF in entry or FACT in entry
    }


def _misconception(entry: Mapping[str, Any]) -> Misconception:
    is_belief = BELIEF in entry
    return Misconception(
        entry[BELIEF if is_belief else FACT],
        entry["concept"],
        entry["solution"],
        is_belief,
        entry.get("look", ""),
    )


def names() -> set[str]:
    """Return the names of all misconceptions."""
    return {name for each in TABLES for name in catalogue(each)}


def misconception(name: str | None, function: str = ANY, kind: str = "") -> Misconception | None:
    """Return what the catalogue says of a misconception, of a function's own first; None if it does not know it.

    kind is that of the error which showed it, such as "NameError".
    """
    known = next(
        (
            each
            for place in (table_of(function), *TABLES)
            if (each := catalogue(place).get(name or ""))
        ),
        None,
    )
    if known is None:
        return None
    concept, solution = (_fitting(each, kind, function) for each in (known.concept, known.solution))
    return replace(known, concept=concept, solution=solution)


def _fitting(entry: Any, *names: str) -> Any:
    """Of a table the first of these that is there, else the one for all others, which stands first."""
    if not isinstance(entry, Mapping):
        return entry
    return next((entry[name] for name in names if name in entry), next(iter(entry.values())))
