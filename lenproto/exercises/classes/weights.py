"""How many points there are for each function at each level, and how many a learner gets: by the cases passed."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lenproto.exercises.classes.grading import Row
from lenproto.exercises.classes.refused import Refused
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.report.types import Level
from lenproto.words import Words

DEFAULT = 10.0  # for a function at a level: 100 in all
MOST = 10_000
DIGITS = 2  # of points, behind the point
# why a case is skipped that could not have passed: what it rests on has failed
RESTS = {"judging.rests-on-case", "judging.rests-on-level"}


@dataclass(frozen=True)
class Weights:
    """Points by (function, level)."""

    points: Mapping[tuple[str, Level], float] = field(
        default_factory=lambda: {(name, level): DEFAULT for name in FUNCTIONS for level in LEVELS}
    )

    @property
    def most(self) -> float:
        """The points that can be had."""
        return round(sum(self.points.values()), DIGITS)

    def as_json(self) -> dict[str, dict[str, float]]:
        """Return them by function, then by level: as read() takes them."""
        return {name: {level: self.points[name, level] for level in LEVELS} for name in FUNCTIONS}


def read(text: str) -> Weights:
    """Return the weights in a file, or in the text itself: "spec=15, shock=5, serve_requests.spec=20".

    Both are TOML. What stands for a level alone counts for all functions that say nothing else. Refused if it is
    none.
    """
    try:
        source = text.replace(",", "\n") if "=" in text else Path(text).read_text("utf-8-sig")
        return from_table(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise Refused(Words("grading.weights.no-toml", why=str(error))) from None
    except UnicodeDecodeError:
        raise Refused(Words("grading.weights.no-text")) from None
    except OSError as error:
        raise Refused(Words("grading.weights.closed", why=error.strerror)) from None


def from_table(table: Mapping[str, Any]) -> Weights:
    """Return the weights of a table, as read() has it. Refused if something else stands there."""
    common: dict[Level, float] = dict.fromkeys(LEVELS, DEFAULT)
    common |= _levels({name: each for name, each in table.items() if name not in FUNCTIONS})
    points: dict[tuple[str, Level], float] = {}
    for name in FUNCTIONS:
        own = table.get(name, {})
        if not isinstance(own, Mapping):  # a number for both levels
            own = dict.fromkeys(LEVELS, _number(name, own) / len(LEVELS))
        levels = common | _levels(own)
        points |= {(name, level): levels[level] for level in LEVELS}
    found = Weights(points)
    if not found.most:
        raise Refused(Words("grading.weights.nothing"))
    return found


def _levels(table: Mapping[str, Any]) -> dict[Level, float]:
    found: dict[Level, float] = {}
    for name, value in table.items():
        if name not in LEVELS:
            known = [*LEVELS, *FUNCTIONS]
            raise Refused(Words("grading.weights.unknown", name=name, known=known))
        found[LEVELS[LEVELS.index(name)]] = _number(name, value)
    return found


def _number(name: str, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST:
        return float(value)
    raise Refused(Words("grading.weights.no-number", name=name, value=repr(value), most=MOST))


def points(row: Row, function: str, level: Level, weights: Weights) -> float:
    """Return what a learner gets for a function at a level: in proportion to the cases that pass."""
    if row.report is None:
        return 0.0
    return row.report.functions[function].points({level: weights.points[function, level]})


def total(row: Row, weights: Weights) -> float:
    """Return all points of a learner."""
    every = (points(row, name, level, weights) for name in FUNCTIONS for level in LEVELS)
    return min(round(sum(every), DIGITS), weights.most)


def undecided(row: Row) -> list[str]:
    """Return the functions of which some cases could not be judged, though nothing that they rest on has failed."""
    functions = row.report.functions if row.report else {}
    return [
        name
        for name, verdict in functions.items()
        if any(
            case.verdict == "skipped"
            and isinstance(case.seen, Words)
            and case.seen.key not in RESTS
            for case in verdict.cases
        )
    ]


def number(value: float) -> str:
    """Return points as they are written: 7.5, and 10 without a point."""
    return re.sub(r"\.?0+$", "", f"{value:.{DIGITS}f}")
