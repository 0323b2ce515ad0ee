"""The learner's own functions, put to use: whether they are finished, and those that stand in another notebook."""

import contextlib
import inspect
import io
import sys
from types import SimpleNamespace

from lenproto.exercises.functions import FUNCTIONS, source_of
from lenproto.exercises.judging.carrying import pickled
from lenproto.exercises.judging.loading import load
from lenproto.exercises.judging.submission import MODULE, NotReadable, Part, read_file
from lenproto.words import say

# a function's name → how it stood (in pickled form) when it was judged last, and whether it passed
_judged: dict[str, tuple[bytes, bool]] = {}


def finished(*functions):
    """Whether these of the five functions do what the course says, with a polite peer. Prints which do not yet.

    Nothing that is not finished should go on a stage, or meet a neighbour: it would only confuse both.
    """
    unfinished = [function.__name__ for function in functions if not _passes_spec(function)]
    if unfinished:
        *others, last = unfinished
        names = say("verdict.own.listed", others=others, last=last) if others else last
        print(say("verdict.own.unfinished", n=len(unfinished), names=names))
    return not unfinished


def functions_of(path):
    """Return the five functions of a notebook or file, by name; the empty ones stand for those that it lacks.

    What else the notebook does is not done: see loading.load.
    """
    try:
        own = functions_in(path)
    except NotReadable as error:
        print(say("verdict.own.unreadable", problem=error))
        own = {}
    return SimpleNamespace(**{name: own.get(name) or _stub(name) for name in FUNCTIONS})


def functions_in(path):
    """Return those of the five functions that stand in a notebook or file, by name. NotReadable."""
    parts = [Part(f"{path}, {part.name}", part.text) for part in read_file(path).parts]
    with contextlib.redirect_stdout(io.StringIO()):  # what it prints belongs to what is left out
        space = load(parts).names
    sys.modules.pop(MODULE)  # it is no module that another process could import
    return {name: space[name] for name in FUNCTIONS if inspect.isfunction(space.get(name))}


def _passes_spec(function):
    """Whether a function passes at spec, judged once for each way in which it stood."""
    from lenproto.exercises.judging.judge import judge_function

    name = function.__name__
    try:
        stands = pickled(function)
        if _judged.get(name, (None, False))[0] != stands:
            _judged[name] = (
                stands,
                judge_function(function, name, levels=("spec",)).spec == "pass",
            )
    except NotReadable:
        return False
    return _judged[name][1]


def _stub(name):
    space = {}
    exec(source_of(name, "stub"), space)
    return space[name]
