"""The exercises: learners write the five functions, and are told exactly what their bytes did."""

import inspect

from lenproto.exercises.cases import FUNCTIONS
from lenproto.lab.program import LabError

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
        whose = (
            f"lenproto's own {name}" if function.__name__ == name else "a sample, and not from you"
        )
        return Verdict(name, data, f"This is {whose}: no try of yours.")
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
        raise LabError(
            f"{function!r} is only a name. Give the function itself, without quotes: check(check_client), say."
        )
    if not callable(function):
        what = (
            "nothing (None)" if function is None else f"a value of type {type(function).__name__}"
        )
        raise LabError(
            f"check got {what}, and needs a function. Give its name alone, without (): check(check_client), say."
        )
    own = getattr(function, "__name__", "")
    if inspect.isclass(function) or inspect.iscoroutinefunction(function):
        kind = "a class" if inspect.isclass(function) else "an async function"
        raise LabError(
            f"{own} is {kind}, and a plain function is needed: def {name or 'check_client'}(…)."
        )
    if inspect.isbuiltin(function):
        raise LabError(f"{own} comes with Python. check judges a function that you have written.")
    if name is None and (
        own in ("", "<lambda>") or (own not in FUNCTIONS and "<locals>" in function.__qualname__)
    ):
        raise LabError(
            'Which of the five functions is this? Say it: check(…, name="check_client"), '
            f"or one of {', '.join(FUNCTIONS)}."
        )
    name = name or own
    if name not in FUNCTIONS:
        raise LabError(
            f"{name} is none of the five functions. They are: {', '.join(FUNCTIONS)}. "
            f'If it is to be one of them, say which: check({own or "…"}, name="check_client").'
        )
    return name
