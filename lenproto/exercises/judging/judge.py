"""Judges a submission, case by case: what is judged, what rests on what failed, what had to be skipped."""

import inspect
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike

from lenproto.exercises.functions import FUNCTIONS, LEVELS, levels_of
from lenproto.exercises.functions.case import Case, cases
from lenproto.exercises.judging import carrying, submission
from lenproto.exercises.judging.process import WHOLE_S, Lost, Undecided, Worker
from lenproto.exercises.report.misconceptions import observed
from lenproto.exercises.report.types import (
    CaseAnswer,
    CaseReport,
    CaseVerdict,
    FunctionReport,
    Job,
    Level,
    LevelVerdict,
    Report,
    StepAnswer,
    StepReport,
    packed,
    unpacked,
)
from lenproto.words import Words

# the modules of lenproto's functions with a mistake
SAMPLES = {f"lenproto.exercises.functions.{name}.sample" for name in FUNCTIONS}
# what its other cases would do, too
LOSSES = {"never-ends", "ends-the-program", "crashes-python", "closes-what-is-not-its-own"}


def judge_function(
    function: Callable[..., object],
    name: str,
    *,
    levels: Sequence[Level] = (),
    limit_s: float = WHOLE_S,
    only: str = "",
) -> FunctionReport:
    """Judge one function or step of a running notebook, at all its levels or at these; return its part of the report.

    only: the id of the one case that is judged, if not all are. submission.NotReadable where it cannot be carried over.
    """
    path = [os.path.abspath(place) for place in sys.path]  # "" is the notebook's folder
    job: Job = {
        "file": "",
        "content": carrying.pickled(function),
        "function": name,
        "path": path,
        "sample": getattr(inspect.unwrap(function), "__module__", "") in SAMPLES,
    }
    levels = levels or levels_of(name)
    report = judge(job, levels=levels, limit_s=limit_s, names=[name], only=only)
    if report.functions[name].missing:
        notes = "; ".join(map(str, report.notes))
        raise submission.NotReadable(Words("judging.not-made-anew", name=name, notes=notes))
    return report.functions[name]


def judge_file(
    path: str | PathLike[str],
    *,
    levels: Sequence[Level] = LEVELS,
    limit_s: float = WHOLE_S,
    tell: Callable[[str], object] | None = None,
) -> Report:
    """Judge the functions of a file; return the Report, of all five names. submission.NotReadable if it is no Python.

    tell(name) is called before each function.
    """
    job = submission.job(path)
    return judge(job, levels=levels, limit_s=limit_s, tell=tell).of(str(path))


def judge(
    job: Job,
    *,
    levels: Sequence[Level] = LEVELS,
    limit_s: float = WHOLE_S,
    tell: Callable[[str], object] | None = None,
    names: Sequence[str] = (),
    stopped: Callable[[], bool] = lambda: False,
    only: str = "",
) -> Report:
    """Judge what submission.job() read: the same Report, without the name of a file. NotReadable as above.

    names: only these of the functions, if there are any; only: only this case of each. Once stopped() is true,
    nothing of it runs any more, and process.Stopped is raised.
    """
    began = time.monotonic()
    functions = {name: _empty("missing", levels) for name in (*FUNCTIONS, *names)}
    with Worker(job, stopped) as worker:
        wanted = names or FUNCTIONS
        functions |= dict(
            _judged(worker, wanted, levels, began + limit_s, tell or (lambda name: None), only)
        )
        notes = tuple(map(unpacked, worker.told["notes"]))
    return Report(functions, notes, round(time.monotonic() - began, 3))


def _judged(
    worker: Worker,
    wanted: Sequence[str],
    levels: Sequence[Level],
    deadline: float,
    tell: Callable[[str], object],
    only: str,
) -> Iterator[tuple[str, FunctionReport]]:
    """Yield (name, verdict) of each function that is wanted, and there."""

    def there() -> list[str]:
        return [name for name in worker.names or FUNCTIONS if name in wanted]

    try:
        worker.start()
    except Undecided as undecided:
        answer = _skipped(undecided.seen)
        yield from ((name, _at_once(name, levels, answer)) for name in there())
        return
    except Lost as lost:
        answer = _failed(lost.misconception, Words("judging.does-not-load", why=lost.seen))
        yield from ((name, _at_once(name, levels, answer)) for name in there())
        return
    told = worker.told
    for name in there() if worker.names else ():
        tell(name)
        if told["complaint"]:
            misconception, said = told["complaint"]
            answer = _failed(misconception, Words.from_json(said))
            yield name, _at_once(name, levels, answer)
        elif name in told["names"]:
            yield name, _judge_function(worker, name, levels, deadline, only)
        elif name in told["others"]:
            answer = _failed(*observed("is-no-function", name=name, kind=told["others"][name]))
            yield name, _at_once(name, levels, answer)


def _empty(word: LevelVerdict, levels: Sequence[Level]) -> FunctionReport:
    return FunctionReport(
        word if "spec" in levels else "skipped", word if "shock" in levels else "skipped"
    )


def _failed(misconception: str, seen: Words) -> CaseAnswer:
    return {"verdict": "fail", "misconception": misconception, "seen": packed(seen)}


def _skipped(why: Words) -> CaseAnswer:
    return {"verdict": "skipped", "seen": packed(why)}


def _at_once(name: str, levels: Sequence[Level], answer: CaseAnswer) -> FunctionReport:
    """The report on a function that was not called: its first case has this answer, and nothing else was judged."""
    case = cases(name, levels[0])[0]
    verdicts: dict[Level, LevelVerdict] = {levels[0]: answer["verdict"]}
    return _report(verdicts, 0.0, [_told(case, answer)])


def _judge_function(
    worker: Worker, name: str, levels: Sequence[Level], deadline: float, only: str
) -> FunctionReport:
    """Judge one function at the levels in turn; what rests on something that failed is skipped."""
    began, stop = time.monotonic(), None
    verdicts: dict[Level, LevelVerdict] = {}
    told: list[CaseReport] = []
    for level in levels:
        answers: list[CaseAnswer] = []
        for case in (each for each in cases(name, level) if only in ("", each.id)):
            answer = _skipped(stop) if stop else _answer(worker, case, deadline)
            stop = stop or _stops(case, answer, first=level == LEVELS[0] and not answers)
            answers.append(answer)
            told.append(_told(case, answer))
        if not answers:  # the only case is of another level
            continue
        verdicts[level] = _level(answers)
        if verdicts[level] == "fail" and not stop:
            stop = Words("judging.rests-on-level", level=level)
    return _report(verdicts, time.monotonic() - began, told)


def _report(
    verdicts: Mapping[Level, LevelVerdict], seconds: float, told: Sequence[CaseReport]
) -> FunctionReport:
    """The report on a function; a level without a verdict was not judged."""
    has = levels_of(told[0].function)
    spec, shock = (verdicts.get(level, "skipped") if level in has else "none" for level in LEVELS)
    return FunctionReport(spec, shock, round(seconds, 3), tuple(told))


def _answer(worker: Worker, case: Case, deadline: float) -> CaseAnswer:
    """What became of a case, whatever becomes of the process."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        return _skipped(Words("judging.no-time-left"))
    try:
        return worker.run(case, left_s)
    except Undecided as undecided:
        return _skipped(undecided.seen)
    except Lost as lost:
        return _failed(lost.misconception, lost.seen)


def _stops(case: Case, answer: CaseAnswer, first: bool) -> Words | None:
    """Why the cases after this one are skipped; None if they are not."""
    if answer["verdict"] == "skipped" and (why := answer.get("seen")):
        return Words.from_json(why)
    if answer["verdict"] == "fail" and (first or answer["misconception"] in LOSSES):
        return Words("judging.rests-on-case", case=case.label or case.id)
    return None


def _level(answers: Sequence[CaseAnswer]) -> CaseVerdict:
    """The verdict on a level: a failure counts most, then what could not be judged."""
    verdicts = {answer["verdict"] for answer in answers}
    order: tuple[CaseVerdict, ...] = ("fail", "skipped", "pass")
    return next(verdict for verdict in order if verdict in verdicts)


def _told(case: Case, answer: CaseAnswer) -> CaseReport:
    """A case of the report."""
    return CaseReport(
        function=case.function,
        name=case.id,
        label=case.label or case.id,
        level=case.level,
        story=case.story,
        verdict=answer["verdict"],
        misconception=answer.get("misconception"),
        seen=unpacked(answer.get("seen")),
        steps=tuple(map(_step, answer.get("steps", ()))),
        bytes=answer.get("bytes", ""),
        at=answer.get("at"),
        where=answer.get("where"),
        source=answer.get("source", ""),
        printed=answer.get("printed", ""),
        left_out=answer.get("left_out", 0),
        asides=tuple(map(unpacked, answer.get("asides", ()))),
        conversation=answer.get("conversation"),
    )


def _step(step: StepAnswer) -> StepReport:
    """A step of the report."""
    return StepReport(
        number=step["number"],
        who=step["who"],
        what=unpacked(step["what"]),
        bytes=step["bytes"],
        line=step["line"],
        problem=unpacked(step["problem"]),
        where=step["where"],
        source=step["source"],
        call=step["call"],
    )
