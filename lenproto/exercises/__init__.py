"""The exercises: learners write the five functions, and are told exactly what their bytes did."""

from lenproto.exercises.cases import FUNCTIONS
from lenproto.lab.program import LabError

__all__ = ["FUNCTIONS", "check", "grade"]


def check(function, *, name=None):
    """Judge one of the five functions, as it stands in this notebook; return its Verdict, which shows itself.

    name says which of the five it is, where the function's own name does not. Takes well under a
    second; whatever the function does, the notebook lives on. LabError where it cannot be judged.
    """
    from lenproto.exercises.judge import judge_function
    from lenproto.exercises.submission import NotReadable
    from lenproto.exercises.verdict import Verdict

    if not callable(function):
        raise LabError(f"{function!r} stands where a function is needed. Give its name alone, without ().")
    name = name or getattr(function, "__name__", "")
    if name not in FUNCTIONS:
        raise LabError(f"{name} is none of the five functions. They are: {', '.join(FUNCTIONS)}.")
    try:
        return Verdict(name, judge_function(function, name))
    except NotReadable as error:
        raise LabError(str(error)) from None


def grade(paths, **options):
    """Judge a class's files: see lenproto.exercises.grade.grade."""
    from lenproto.exercises.grade import grade

    return grade(paths, **options)
