"""Ways to have points without writing the functions: sources of boxes, by what they do.

NAME stands for one of the five functions, MODULE for the module in which the package has it.
"""

from lenproto.exercises.functions import SERVER_SIDE

# the function is lenproto's own
TAKEN = {
    "imported under its own name": "from MODULE import NAME",
    "imported with all others": "from lenproto import *",
    "wrapped": """
import functools
import MODULE as theirs_NAME

@functools.wraps(theirs_NAME.NAME)
def NAME(*args):
    return theirs_NAME.NAME(*args)
""",
    "partial": """
import functools
import MODULE as theirs_NAME

NAME = functools.partial(theirs_NAME.NAME)
""",
    "in a lambda": """
import MODULE as theirs_NAME

NAME = lambda *args: theirs_NAME.NAME(*args)
""",
    "its code in a function of one's own": """
import types
import MODULE as theirs_NAME

code = theirs_NAME.NAME.__code__.replace(co_filename="mine.py")
NAME = types.FunctionType(code, dict(vars(theirs_NAME)), "NAME")
NAME.__kwdefaults__ = theirs_NAME.NAME.__kwdefaults__
""",
    "a sample of a lesson": """
from lenproto.exercises.functions.NAME import sample

theirs_NAME = next(each for name, each in vars(sample).items() if getattr(each, "__module__", "") == sample.__name__)

def NAME(*args):
    return theirs_NAME(*args)
""",
    "the course-literal one": """
import lenproto.lab.literal as literal

def NAME(*args):
    return literal.NAME(*args)
""",
}
# the solution is fetched, and run
FETCHED = {
    "the solution as a module": "from lenproto.exercises.functions.NAME.solution import NAME",
    "its text is run": """
import lenproto.exercises.functions as functions

exec(functions.source_of("NAME", "solution"))
""",
    "its file is read": """
import pathlib
import lenproto.exercises as exercises

folder = pathlib.Path(exercises.__file__).parent
exec((folder / "functions" / "NAME" / "solution.py").read_text("utf-8"))
""",
    "it is asked for": """
import lenproto.exercises.learner.reveal as reveal

exec(reveal.solution("NAME").source)
""",
}
# what judges is replaced in the notebook, and the functions do nothing
REPLACED = {
    "check and points": "check = points = lambda *args, **more: 4.0",
    "points of the package": """
import lenproto.exercises

lenproto.exercises.points = lambda *args, **more: 4.0
""",
    "points of a verdict": """
import lenproto.exercises.learner.verdict as verdict

verdict.Verdict.points = lambda self, most: most
""",
    "a module": """
import sys
import types

name = "lenproto.exercises.learner.points"
sys.modules[name] = types.SimpleNamespace(points=lambda *args, **more: 4.0)
""",
    "how JSON is read": """
import json

def pass_all(text, reads=json.loads, **more):
    told = reads(text, **more)
    return {**told, "verdict": "pass"} if isinstance(told, dict) and "verdict" in told else told

json.loads = pass_all
""",
    "how a number is shown": """
shows = get_ipython().display_formatter.formatters["text/plain"]
shows.for_type(float, lambda number, printer, cycle: printer.text("4.0"))
""",
}


def cheat(source, name):
    """The source of a box that is to be this function."""
    module = "lenproto.server" if name in SERVER_SIDE else "lenproto.client"
    return source.replace("NAME", name).replace("MODULE", module).strip("\n")
