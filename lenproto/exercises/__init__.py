"""The exercises: learners write the five functions, and are told exactly what their bytes did."""

from lenproto.exercises.functions import FUNCTIONS

__all__ = [
    "FUNCTIONS",
    "InOrder",
    "Progress",
    "check",
    "finished",
    "functions_of",
    "grade",
    "points",
    "solution",
]


def check(function, *, name=None, case=""):
    """Judge one of the five functions, as it stands in this notebook; return its Verdict, which shows itself.

    name says which of the five it is, where the function's own name does not; case, by its name, the only
    one to judge, which is no try. Takes well under a
    second; whatever the function does, the notebook lives on. LabError where it cannot be judged.
    """
    from lenproto.exercises.learner.check import check

    return check(function, name=name, case=case)


def points(function, most, *, name=None):
    """Judge one of the five functions, print the verdict, and return its points: see learner.points.points."""
    from lenproto.exercises.learner.points import points

    return points(function, most, name=name)


def grade(paths, **options):
    """Judge a class's files: see lenproto.exercises.classes.grading.grade."""
    from lenproto.exercises.classes.grading import grade

    return grade(paths, **options)


def solution(name):
    """Return the reference solution of one of the five functions, after a pass or three tries: see reveal.solution."""
    from lenproto.exercises.learner.reveal import solution

    return solution(name)


def __getattr__(name):
    """What needs widgets, or a notebook: the process that judges has no use for it."""
    if name == "Progress":
        from lenproto.exercises.learner.progress_view import Progress

        return Progress
    if name == "InOrder":
        from lenproto.exercises.learner.in_order import InOrder

        return InOrder
    if name in ("finished", "functions_of"):
        from lenproto.exercises.learner import own

        return getattr(own, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
