"""Where a class stands: who is at which function, who is stuck on what, and what most get wrong now.

All of it follows from one verdict after another, and from the time: nothing here reads a file or asks a clock.
Times are seconds since 1970.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenproto.exercises.classes.live.judging import Judged
from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.report.types import CaseReport, FunctionReport, LevelVerdict, Report
from lenproto.words import Words

SAVES = 3  # in a row that show the same misconception: somebody is stuck
MINUTES = 5.0  # or it has lasted so long
QUIET_S = 20 * 60.0  # without a save: somebody works at something else, or is not there
HALF_WRITTEN_S = 5.0  # for which a file may be unreadable before anybody is told


@dataclass(frozen=True)
class Cell:
    """What is known of one function: the levels, the first case that failed. Not begun: it does what the stub does."""

    spec: LevelVerdict
    shock: LevelVerdict
    failure: CaseReport | None = None
    begun: bool = True

    @property
    def passed(self) -> bool:
        """Whether it passes both levels."""
        return self.spec == self.shock == "pass"

    def same(self, other: "Cell | None") -> bool:
        """Whether another version of it does the same."""
        return other is not None and self._facts() == other._facts()

    def _facts(self) -> tuple[Any, ...]:
        return self.spec, self.shock, symptom(self.failure), self.begun


def symptom(failure: CaseReport | None) -> Any:
    """Return what one sees of a failure: two with the same symptom have the same bytes, and need not the same code."""
    return failure and (failure.name, failure.misconception, failure.seen, failure.bytes)


def cells_of(report: Report, stubs: Report | None = None) -> dict[str, Cell]:
    """Return the Cell of each function that is there. stubs is the verdict on the functions as they are handed out."""
    empty = {name: symptom(each.failure) for name, each in stubs.functions.items()} if stubs else {}
    return {
        name: _cell(each, empty.get(name))
        for name, each in report.functions.items()
        if not each.missing
    }


def _cell(report: FunctionReport, of_stub: Any) -> Cell:
    failure = report.failure
    return Cell(report.spec, report.shock, failure, failure is None or symptom(failure) != of_stub)


@dataclass(frozen=True)
class Streak:
    """The same misconception at the same function, verdict after verdict: since when, in how many saves."""

    function: str
    misconception: str
    since_s: float
    saves: int

    def is_stuck(self, now_s: float, saves: int = SAVES, minutes: float = MINUTES) -> bool:
        """Whether it has gone on for too long. What nobody has saved while one looked is no work."""
        return self.saves >= saves or (self.saves > 0 and now_s - self.since_s >= 60 * minutes)


@dataclass
class _File:
    """What is known of a file: its newest verdict that there is."""

    saved_s: float
    cells: Mapping[str, Cell]
    at: str | None = None
    streak: Streak | None = None
    problem: Words | None = None
    problem_since_s: float = 0.0


@dataclass(frozen=True)
class Learner:
    """Where somebody is. at: the function in hand; None where all that is there passes, or nothing is there."""

    name: str
    cells: Mapping[str, Cell]
    at: str | None
    streak: Streak | None
    saved_s: float
    stuck: bool = False
    quiet: bool = False
    problem: Words | None = None

    @property
    def failure(self) -> CaseReport | None:
        """What is wrong with the function in hand, once it is begun."""
        cell = self.cells.get(self.at or "")
        return cell.failure if cell and cell.begun else None


@dataclass(frozen=True)
class Column:
    """How many learners pass a function at both levels, or spec alone; are at it, and how many of them are stuck."""

    function: str
    both: int
    spec: int
    at: int
    stuck: int


@dataclass(frozen=True)
class Misconception:
    """Who has a misconception now, at the function in hand; failure: how the first of them shows it."""

    name: str
    learners: Sequence[Learner]
    failure: CaseReport


@dataclass(frozen=True)
class View:
    """Where all are, at one moment."""

    now_s: float
    learners: Sequence[Learner]
    waiting: int = 0  # files without a verdict on their newest version

    @property
    def columns(self) -> list[Column]:
        """A Column for each function."""
        return [self._column(function) for function in FUNCTIONS]

    def _column(self, function: str) -> Column:
        cells = [each.cells[function] for each in self.learners if function in each.cells]
        there = [each for each in self.learners if each.at == function and not each.quiet]
        return Column(
            function,
            both=sum(cell.passed for cell in cells),
            spec=sum(cell.spec == "pass" and not cell.passed for cell in cells),
            at=len(there),
            stuck=sum(each.stuck for each in there),
        )

    @property
    def stuck(self) -> list[Learner]:
        """Who is stuck, the longest first."""
        found = [
            (each.streak.since_s, each) for each in self.learners if each.stuck and each.streak
        ]
        return [each for _, each in sorted(found, key=lambda entry: (entry[0], entry[1].name))]

    @property
    def misconceptions(self) -> list[Misconception]:
        """What is wrong with the functions in hand, the commonest first."""
        found: defaultdict[str, list[tuple[Learner, CaseReport]]] = defaultdict(list)
        for each in self.learners:
            if (failure := each.failure) and failure.misconception and not each.quiet:
                found[failure.misconception].append((each, failure))
        order = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return [Misconception(name, [each for each, _ in who], who[0][1]) for name, who in order]

    @property
    def finished(self) -> int:
        """How many pass all five functions at both levels."""
        return sum(
            all(function in each.cells and each.cells[function].passed for function in FUNCTIONS)
            for each in self.learners
        )


@dataclass(frozen=True)
class News:
    """What has happened to a learner at a function: "passes", or "stuck"."""

    kind: str
    learner: str
    function: str


def news(before: View, now: View) -> list[News]:
    """Return what has happened between two views. A first verdict on somebody is no news."""
    known = {each.name: each for each in before.learners}
    found = []
    for each in now.learners:
        if (was := known.get(each.name)) is None:
            continue
        found += [
            News("passes", each.name, name)
            for name, cell in each.cells.items()
            if cell.passed and name in was.cells and not was.cells[name].passed
        ]
        if each.stuck and each.at and not was.stuck:
            found.append(News("stuck", each.name, each.at))
    return found


class Board:
    """Takes verdicts in, and says where all are.

    saves, minutes: after how many saves in a row, or how long, the same misconception means that somebody is stuck.
    """

    def __init__(self, began_s: float, *, saves: int = SAVES, minutes: float = MINUTES) -> None:
        self.stubs: Report | None = None
        self._began_s, self._saves, self._minutes = began_s, saves, minutes
        self._files: dict[Path, _File] = {}

    def judged(self, path: Path, judged: Judged, now_s: float) -> None:
        """Take in what became of a file's newest version."""
        known = self._files.get(path)
        saved_s = min(judged.saved_s, now_s)  # another computer's clock may go ahead
        seen = known is not None or saved_s >= self._began_s
        if judged.report is None:
            file = known or _File(saved_s, {})
            # what was true before it became unreadable stays where it is
            file.problem_since_s = file.problem_since_s if file.problem else now_s
            file.saved_s, file.problem = saved_s, judged.problem
        else:
            cells = cells_of(judged.report, self.stubs)
            at = in_hand(known.cells if known else {}, cells, known.at if known else None)
            streak = _streak(known.streak if known else None, cells, at, saved_s, int(seen))
            file = _File(saved_s, cells, at, streak)
        self._files[path] = file

    def gone(self, path: Path) -> None:
        """Forget a file."""
        self._files.pop(path, None)

    def view(self, names: Mapping[Path, str], now_s: float, waiting: int = 0) -> View:
        """Return where all are whose files have these names. Several files of a name are one learner's."""
        own: defaultdict[str, list[_File]] = defaultdict(list)
        for path, name in names.items():
            if path in self._files:
                own[name].append(self._files[path])
        learners = [self._learner(name, files, now_s) for name, files in own.items()]
        return View(now_s, sorted(learners, key=lambda each: each.name.casefold()), waiting)

    def _learner(self, name: str, files: Iterable[_File], now_s: float) -> Learner:
        """What somebody's files say together: of each function, the one that is begun and was saved last."""
        order = sorted(files, key=lambda file: file.saved_s)
        every = [each for file in order for each in file.cells.items()]
        cells = dict(sorted(every, key=lambda each: each[1].begun))  # the last one counts
        newest = next((file for file in reversed(order) if file.cells), order[-1])
        quiet = now_s - order[-1].saved_s > QUIET_S
        streak = newest.streak
        return Learner(
            name=name,
            cells=cells,
            at=newest.at,
            streak=streak,
            saved_s=order[-1].saved_s,
            stuck=bool(streak and not quiet and streak.is_stuck(now_s, self._saves, self._minutes)),
            quiet=quiet,
            problem=_problem(order[-1], now_s),
        )


def in_hand(before: Mapping[str, Cell], now: Mapping[str, Cell], at: str | None) -> str | None:
    """Return the function that somebody is at, from one verdict to the next.

    That is one that does something else than before; else the same as before, as long as it does not pass; else the
    next one. Of a file that nobody knows yet, it is the last that is begun.
    """
    failing = [name for name in FUNCTIONS if name in now and not now[name].passed]
    changed = [name for name in failing if name in before and not now[name].same(before[name])]
    if at in failing and (at in changed or not changed):
        return at
    if changed:
        return changed[-1]
    if at in now:  # it passes
        behind = FUNCTIONS.index(at) + 1
        order = (*FUNCTIONS[behind:], *FUNCTIONS[:behind])
        return next((name for name in order if name in failing), None)
    begun = [name for name in failing if now[name].begun]
    return begun[-1] if begun else next(iter(failing), None)


def _streak(
    before: Streak | None, cells: Mapping[str, Cell], at: str | None, saved_s: float, saves: int
) -> Streak | None:
    """What goes on, or begins, with a verdict."""
    cell = cells.get(at or "")
    if not at or not cell or not cell.begun or not cell.failure or not cell.failure.misconception:
        return None
    name = cell.failure.misconception
    if before and (before.function, before.misconception) == (at, name):
        return Streak(at, name, before.since_s, before.saves + saves)
    return Streak(at, name, saved_s, saves)


def _problem(file: _File, now_s: float) -> Words | None:
    """A problem that is no longer that of a file half written."""
    return file.problem if now_s - file.problem_since_s >= HALF_WRITTEN_S else None
