"""Judges a class: many files, on this computer or on a cluster, one bad file never stopping the others."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from lenproto.exercises.classes.class_list import Pupil
from lenproto.exercises.classes.files import Aside, Gathered, found
from lenproto.exercises.classes.handed_in import HandedIn, Source, sort_out
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.judging import submission
from lenproto.exercises.judging.judge import judge
from lenproto.exercises.judging.process import WHOLE_S
from lenproto.exercises.report.types import (
    CaseReport,
    FunctionReport,
    Json,
    Level,
    LevelVerdict,
    Report,
    is_of_taking,
    packed,
)
from lenproto.words import Words, say


@dataclass(frozen=True)
class Row:
    """What became of what a learner has handed in: a report, or what kept it from being judged.

    path names the file or files, files the one from which each function is; asides are files, or parts of them, that
    do not count. handed_in and judged are times. absent: nothing was handed in; listed: on the class list, if there
    is one.
    """

    learner: str
    path: str
    report: Report | None = None
    fault: Words | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    asides: tuple[Aside, ...] = ()
    handed_in: str = ""
    judged: str = ""
    pupil: Pupil | None = None
    absent: bool = False
    listed: bool = True

    @property
    def problem(self) -> str:
        """The problem there was, in a sentence; "" where there was none."""
        return str(self.fault or "")

    def verdict(self, function: str, level: Level) -> LevelVerdict:
        """Return "pass", "fail", "missing" or "skipped"."""
        return self.report.functions[function].at(level) if self.report else "missing"

    @property
    def taken(self) -> list[str]:
        """In sentences, what of it is lenproto's own: functions that no learner wrote, a solution that was read."""
        report = self.report
        if report is None:
            return []
        functions = [name for name, each in report.functions.items() if each.not_ones_own]
        notes = [str(note) for note in report.notes if is_of_taking(note)]
        return [*([say("grading.taken", functions=functions)] if functions else []), *notes]

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
        report = self.report.as_json() if self.report else {"file": self.path, "functions": {}}
        return {
            "learner": self.learner,
            "problem": self.problem,
            **report,
            "problem_words": packed(self.fault or ""),
            "files": dict(self.files),
            "left_aside": [aside.as_json() for aside in self.asides],
            "handed_in": self.handed_in,
            "judged": self.judged,
            "absent": self.absent,
            "listed": self.listed,
            "pupil": self.pupil.as_json() if self.pupil else None,
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
    """Judge files; return a Row for each learner, sorted by name.

    root is the folder of the class: see files.learners(). Otherwise as grade_learners().
    """
    everybody = sort_out(Gathered(found(paths, root))).learners
    return grade_learners(
        everybody, executor=executor, limit_s=limit_s, levels=levels, jobs=jobs, tell=tell
    )


def grade_learners(
    learners: Sequence[HandedIn],
    *,
    executor: Executor | None = None,
    limit_s: float = WHOLE_S,
    levels: Sequence[Level] = LEVELS,
    jobs: int | None = None,
    tell: Callable[[Row], object] | None = None,
) -> list[Row]:
    """Judge what learners have handed in; return a Row for each, in their order.

    executor is any concurrent.futures executor, of a cluster, say; it stays open. Its computers need
    this package, and not the files. Without one, jobs files are judged at once, as many as there are
    cores by default. limit_s is the time for one file in seconds. tell(row) is called with each Row
    as soon as it is there.
    """
    if executor is not None:
        return _grade(learners, executor, limit_s, levels, tell, is_here=False)
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as threads:
        # each judges in processes of its own anyway
        try:
            return _grade(learners, threads, limit_s, levels, tell, is_here=True)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def absent(pupil: Pupil) -> Row:
    """Return the Row of somebody who has handed in nothing."""
    fault = Words("grading.not-handed-in")
    return Row(pupil.name, "", None, fault, judged=_now(), pupil=pupil, absent=True)


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
        found.items(), key=lambda entry: (-len({row.learner for row, *_ in entry[1]}), entry[0])
    )


def _grade(
    learners: Sequence[HandedIn],
    executor: Executor,
    limit_s: float,
    levels: Sequence[Level],
    tell: Callable[[Row], object] | None,
    is_here: bool,
) -> list[Row]:
    rows: dict[int, Row] = {}
    waiting: dict[Future[Report], tuple[int, Source]] = {}
    done: defaultdict[int, dict[Source, Report | Exception]] = defaultdict(dict)

    def finish(number: int) -> None:
        if len(done[number]) == len(learners[number].sources) or learners[number].fault:
            rows[number] = _row(learners[number], done.pop(number))
            if tell:
                tell(rows[number])

    for number, learner in enumerate(learners):
        if learner.fault:
            finish(number)
            continue
        for source in learner.sources:
            path = source.file.path
            try:
                # what is judged here is read when its turn comes: a class's largest notebooks are never all in memory
                what: Any
                how: Callable[..., Report]
                what, how = (path, _judge_here) if is_here else (submission.job(path), judge)
                future = executor.submit(
                    how, what, levels=levels, limit_s=limit_s, names=source.functions
                )
                waiting[future] = number, source
            except Exception as error:
                done[number][source] = error
                finish(number)
    for future in as_completed(waiting):
        number, source = waiting.pop(future)
        try:
            done[number][source] = future.result()
        except Exception as error:
            done[number][source] = error
        finish(number)
    return [rows[number] for number in range(len(learners))]


def _judge_here(
    path: Path, *, levels: Sequence[Level], limit_s: float, names: Sequence[str]
) -> Report:
    return judge(submission.job(path), levels=levels, limit_s=limit_s, names=names)


def _row(learner: HandedIn, answers: Mapping[Source, Report | Exception]) -> Row:
    """The row of a learner, from what became of each of the files."""
    reports = [
        (source, answer.with_few_conversations())
        for source in learner.sources
        if isinstance(answer := answers.get(source), Report)
    ]
    errors = [
        (source, answer)
        for source in learner.sources
        if isinstance(answer := answers.get(source), Exception)
    ]
    report, fault, asides = None, learner.fault, learner.asides
    if reports:
        report = _united(reports).of(learner.path)
        if all(report.functions[name].missing for name in FUNCTIONS):
            fault = _none_there(report.notes)
        asides += tuple(Aside(source.name, _why(error)) for source, error in errors)
    elif errors:
        fault = _why(errors[0][1])
    return Row(
        learner.learner,
        learner.path,
        report,
        fault,
        files=_places(reports),
        asides=asides,
        handed_in=_time(learner.modified) if learner.modified else "",
        judged=_now(),
        pupil=learner.pupil,
        listed=learner.listed,
    )


def _united(reports: Sequence[tuple[Source, Report]]) -> Report:
    """One report: each function from the file from which it is taken."""
    if len(reports) == 1:
        return reports[0][1]
    functions: dict[str, FunctionReport] = {}
    for name in FUNCTIONS:
        source = _source(name, reports)
        functions[name] = next(report for each, report in reports if each == source).functions[name]
    notes = tuple(
        Words("grading.in-file", file=source.name, note=note)
        for source, report in reports
        for note in report.notes
    )
    return Report(functions, notes, round(sum(report.seconds for _, report in reports), 3))


def _source(name: str, reports: Sequence[tuple[Source, Report]]) -> Source:
    """The file from which a function is taken."""
    found = [source for source, report in reports if not report.functions[name].missing]
    named = [source for source in found if name in source.functions]
    return (named or found or [reports[0][0]])[0]


def _places(reports: Sequence[tuple[Source, Report]]) -> dict[str, str]:
    """The file of each function that is there."""
    there = {
        name for _, report in reports for name in FUNCTIONS if not report.functions[name].missing
    }
    return {name: _source(name, reports).name for name in FUNCTIONS if name in there}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(" ", "minutes")


def _now() -> str:
    return datetime.now().isoformat(" ", "minutes")


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
