"""check(): one of the five functions, or a step of a lesson, judged as it stands in a notebook."""

import inspect
import linecache
import os

from lenproto.exercises.functions import FUNCTIONS, JUDGED, LESSON_OF, SERVER_SIDE, STEPS
from lenproto.exercises.judging.judge import judge_function
from lenproto.exercises.judging.submission import NotReadable
from lenproto.exercises.learner import progress, setting, tries
from lenproto.exercises.learner.stale import stale
from lenproto.exercises.learner.verdict import Verdict
from lenproto.exercises.report.types import Place
from lenproto.lab.program import LabError
from lenproto.words import say

# as the lessons ask for them: the server first
IN_ORDER = sorted(FUNCTIONS, key=lambda name: name not in SERVER_SIDE)


def check(function, *, name=None):
    """Judge one of the five functions, or a step, as it stands in this notebook; return its Verdict."""
    name = _name(function, name)
    try:
        report = judge_function(function, name).with_sources(source_here)
    except NotReadable as error:
        raise LabError(str(error)) from None
    if tries.is_ours(function):
        whose = "own" if function.__name__ == name else "sample"
        return Verdict(name, report, say(f"verdict.whose.{whose}", function=name), ours=True)
    own = getattr(function, "__name__", name)
    trouble = progress.record(function, name, report)
    note = next_after(name) if report.passed else ""
    if trouble and note:
        note = say("progress.then", others=note, last=trouble)
    return Verdict(name, report, note or trouble, stale(own))


def next_after(name):
    """Return how far a learner is who has just passed this, and what is open, in a sentence; "" while one is graded."""
    if setting.is_graded():
        return ""
    names = STEPS[LESSON_OF[name]] if name in LESSON_OF else IN_ORDER
    records = progress.recorded()[0]
    still_open = [each for each in names if not records[each].passed and each != name]
    what = "steps" if name in LESSON_OF else "functions"
    if not still_open:
        return say(f"verdict.next.all-{what}", n=len(names))
    green = len(names) - len(still_open)
    return say(f"verdict.next.{what}", green=green, n=len(names), open=still_open[0])


def source_here(where: Place | None) -> str:
    """What stands in a line; "" where that cannot be known here."""
    if not where or not (os.path.isabs(where[2]) or where[2].startswith("<")):
        return ""
    linecache.checkcache(where[2])
    return linecache.getline(where[2], where[1]).strip()


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
        own in ("", "<lambda>") or (own not in JUDGED and "<locals>" in function.__qualname__)
    ):
        raise _refused("which", functions=list(FUNCTIONS))
    name = name or own
    if name not in JUDGED:
        raise _refused("none-of-them", name=name, functions=list(FUNCTIONS), own=own or "…")
    return name


def _refused(why, **values):
    """Why something cannot be judged, as the error that is to be raised."""
    return LabError(say(f"verdict.refused.{why}", **values))
