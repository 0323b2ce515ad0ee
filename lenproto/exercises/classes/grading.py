"""Judges a class: many files, on this computer or on a cluster, one bad file never stopping the others."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from os import PathLike

from lenproto.exercises.classes.files import learners
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.judging import submission
from lenproto.exercises.judging.judge import judge
from lenproto.exercises.judging.process import WHOLE_S
from lenproto.exercises.report.types import CaseReport, Json, Level, LevelVerdict, Report
from lenproto.words import Words


@dataclass(frozen=True)
class Row:
    """What became of one file: a report as judge.judge_file() gives it, or what kept it from being judged."""

    learner: str
    path: str
    report: Report | None = None
    fault: Words | None = None

    @property
    def problem(self) -> str:
        """The problem there was, in a sentence; "" where there was none."""
        return str(self.fault or "")

    def verdict(self, function: str, level: Level) -> LevelVerdict:
        """Return "pass", "fail", "missing" or "skipped"."""
        return self.report.functions[function].at(level) if self.report else "missing"

    @property
    def failures(self) -> list[tuple[str, CaseReport]]:
        """The failed cases, as (function, case)."""
        functions = self.report.functions if self.report else {}
        return [
            (name, case)
            for name, verdict in functions.items()
            for case in verdict.cases
            if case.failed
        ]

    def as_json(self) -> Json:
        """Return all of it, for JSON."""
        if self.report:
            return {"learner": self.learner, "problem": self.problem, **self.report.as_json()}
        return {
            "learner": self.learner,
            "problem": self.problem,
            "file": self.path,
            "functions": {},
        }


def grade(
    paths: Iterable[str | PathLike[str]],
    *,
    executor: Executor | None = None,
    limit_s: float = WHOLE_S,
    levels: Sequence[Level] = LEVELS,
    jobs: int | None = None,
    root: str | PathLike[str] | None = None,
    tell: Callable[[Row], object] | None = None,
) -> list[Row]:
    """Judge files; return a Row for each, in the order of the paths.

    executor is any concurrent.futures executor, of a cluster, say; it stays open. Its computers need
    this package, and not the files. Without one, jobs files are judged at once, as many as there are
    cores by default. limit_s is the time for one file in seconds. tell(row) is called with each Row
    as soon as it is there. root: see files.learners().
    """
    if executor is not None:
        return _grade(paths, executor, limit_s, levels, root, tell)
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as threads:
        # each judges in processes of its own anyway
        try:
            return _grade(paths, threads, limit_s, levels, root, tell)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def commonest(rows: Iterable[Row]) -> list[tuple[str, list[tuple[Row, str, CaseReport]]]]:
    """Return (misconception, its cases as (row, function, case)) pairs, those of most learners first.

    Of each function the first failure counts: what comes after it may only follow from it.
    """
    found: defaultdict[str, list[tuple[Row, str, CaseReport]]] = defaultdict(list)
    for row in rows:
        seen = set()
        for function, case in row.failures:
            name = case.misconception
            if name and function not in seen:
                seen.add(function)
                found[name].append((row, function, case))
    return sorted(
        found.items(), key=lambda entry: (-len({row.path for row, *_ in entry[1]}), entry[0])
    )


def _grade(
    paths: Iterable[str | PathLike[str]],
    executor: Executor,
    limit_s: float,
    levels: Sequence[Level],
    root: str | PathLike[str] | None,
    tell: Callable[[Row], object] | None,
) -> list[Row]:
    names = [str(path) for path in paths]
    rows: dict[int, Row] = {}
    waiting: dict[Future[Report], tuple[int, str, str]] = {}
    for number, (learner, path) in enumerate(zip(learners(names, root), names, strict=True)):
        try:
            job = submission.job(path)
            future = executor.submit(judge, job, levels=levels, limit_s=limit_s)
            waiting[future] = number, learner, path
        except Exception as error:
            rows[number] = Row(learner, path, None, _why(error))
            if tell:
                tell(rows[number])
    for future in as_completed(waiting):
        number, learner, path = waiting.pop(future)
        rows[number] = _row(learner, path, future)
        if tell:
            tell(rows[number])
    return [rows[number] for number in range(len(names))]


def _row(learner: str, path: str, future: Future[Report]) -> Row:
    try:
        report = future.result().of(path)
    except Exception as error:
        return Row(learner, path, None, _why(error))
    if all(report.functions[name].missing for name in FUNCTIONS):
        return Row(learner, path, report, _none_there(report.notes))
    return Row(learner, path, report)


def _none_there(notes: Sequence[Words | str]) -> Words:
    return (
        Words("grading.none-but-notes", notes="; ".join(map(str, notes)))
        if notes
        else Words("grading.none")
    )


def _why(error: Exception) -> Words:
    if isinstance(error, submission.NotReadable):
        return Words("grading.not-readable", why=str(error))
    return Words("grading.checkers-fault", error=f"{type(error).__name__}: {error}")
