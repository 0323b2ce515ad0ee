"""Judges many solutions at once, in processes that may be lost, but need not be started anew; or one function, here."""

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from lenproto.exercises.functions.case import Case, cases
from lenproto.exercises.functions.finding import explain
from lenproto.exercises.judging import evidence, judge, submission
from lenproto.exercises.judging.loading import load
from lenproto.exercises.judging.run import run
from lenproto.exercises.judging.waits import stand_in
from lenproto.exercises.report.hints import hints
from lenproto.exercises.report.types import packed

PROCESSES = 2


def drive(function, *script, request="NAME", **more):
    """Run a serve_requests against a script; return what was Seen, with what look(seen) found before all was closed."""
    case = Case("serve_requests", "spec", "a test", "A client.", script, request=request, **more)
    return run(case, function, lambda seen: None)[0]


def failures(path):
    """Return each function's first failed case in a file, by name: level, case, misconception, the rest as text."""
    parts = submission.read_file(path).parts
    return _failures(parts, submission.names(parts))


def failure_of(step, source):
    """Return the first failed case of a step in the same form; None where it passes."""
    return _failures([submission.Part(f"{step}.py", source)], [step]).get(step)


def _failures(parts, names):
    found = {}
    with stand_in():
        space = load(parts).names
        for function in names:
            for case in cases(function):
                seen, finding, _ = run(case, space[function], explain)
                if finding:
                    steps = evidence.steps(seen)
                    rest = [
                        evidence.stable(finding.message, seen.ports),
                        evidence.steady(finding.data).hex(),
                        finding.where,
                        [
                            evidence.stable(hint, seen.ports)
                            for hint in _hints(case, finding, steps)
                        ],
                    ]
                    steps = [
                        {key: step[key] for key in ("who", "what", "line", "problem")}
                        for step in steps
                    ]
                    found[function] = (
                        case.level,
                        case.name,
                        finding.misconception,
                        json.dumps([rest, steps]),
                    )
                    break
    return found


def _hints(case, finding, steps):
    """The hints that the report on a failed case gives."""
    where = finding.where and [finding.where.function, finding.where.line, finding.where.file]
    answer = {"verdict": "fail", "misconception": finding.misconception, "where": where}
    more = {"seen": packed(finding.words), "steps": steps, "source": evidence.source(where)}
    return hints(judge._told(case, answer | more))


def all_failures(paths):
    """The same for many files, by path."""
    paths = list(paths)
    with _pool() as pool:
        return dict(zip(paths, pool.map(failures, paths, chunksize=8), strict=True))


def failures_of_steps(pairs):
    """What failure_of says of each pair of a step and a source, in their order."""
    with _pool() as pool:
        return [*pool.map(failure_of, *zip(*pairs, strict=True), chunksize=16)]


def _pool():
    return ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))
