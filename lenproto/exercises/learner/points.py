"""points(): what one of the five functions is worth, as it stands in a notebook."""

from typing import Any

from lenproto.exercises.learner import intact
from lenproto.exercises.learner.check import check
from lenproto.words import say


def points(function: Any, most: float, *, name: str | None = None) -> float:
    """Print the verdict on one of the five functions; return its points: half for each level, by the cases that pass.

    None for a function of lenproto's own, and where the functions that judge were replaced.
    """
    if changed := intact.changed():
        print(say("verdict.points.changed", names=changed))
        return 0.0
    return check(function, name=name).points(most)
