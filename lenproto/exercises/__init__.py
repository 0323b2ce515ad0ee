"""The exercises: learners write the five functions, and are told exactly what their bytes did."""

import inspect

from lenproto.exercises.functions import FUNCTIONS
from lenproto.lab.program import LabError
from lenproto.words import say

__all__ = ["FUNCTIONS", "Progress", "check", "grade", "solution"]


def check(function, *, name=None):
    """Judge one of the five functions, as it stands in this notebook; return its Verdict, which shows itself.

    name says which of the five it is, where the function's own name does not. Takes well under a
    second; whatever the function does, the notebook lives on. LabError where it cannot be judged.
    """
    from lenproto.exercises import progress, report, tries
    from lenproto.exercises.judge import judge_function
    from lenproto.exercises.submission import NotReadable
    from lenproto.exercises.verdict import Verdict

    name = _name(function, name)
    try:
        data = judge_function(function, name)
    except NotReadable as error:
        raise LabError(str(error)) from None
    report.add_sources(data)
    if tries.is_ours(function):
        whose = "own" if function.__name__ == name else "sample"
        return Verdict(name, data, say(f"verdict.whose.{whose}", function=name))
    return Verdict(name, data, progress.record(function, name, data))


def grade(paths, **options):
    """Judge a class's files: see lenproto.exercises.grading.grade."""
    from lenproto.exercises.grading import grade

    return grade(paths, **options)


def solution(name):
    """Return the reference solution of one of the five functions, after a pass or three tries: see reveal.solution."""
    from lenproto.exercises.reveal import solution

    return solution(name)


def __getattr__(name):
    """Progress needs widgets, and the process that judges has no use for them."""
    if name == "Progress":
        from lenproto.exercises.views.progress import Progress

        return Progress
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _name(function, name):
    """Return which of the five a function is to be. LabError where it is none, or nothing that can be judged."""
    if isinstance(function, str):
        raise _refused("only-a-name", name=repr(function))
    if function is None:
        raise _refused("nothing")
    if not callable(function):
        raise _refused("value", type=type(function).__name__)
    own = getattr(function, "__name__", "")
    if inspect.isclass(function):
        raise _refused("class", name=own, wanted=name or "check_client")
    if inspect.iscoroutinefunction(function):
        raise _refused("async", name=own, wanted=name or "check_client")
    if inspect.isbuiltin(function):
        raise _refused("built-in", name=own)
    if name is None and (
        own in ("", "<lambda>") or (own not in FUNCTIONS and "<locals>" in function.__qualname__)
    ):
        raise _refused("which", functions=list(FUNCTIONS))
    name = name or own
    if name not in FUNCTIONS:
        raise _refused("none-of-them", name=name, functions=list(FUNCTIONS), own=own or "…")
    return name


def _refused(why, **values):
    """Why something cannot be judged, as the error that is to be raised."""
    return LabError(say(f"verdict.refused.{why}", **values))
