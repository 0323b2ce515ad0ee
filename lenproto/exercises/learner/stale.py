"""Whether what check() judges is what stands in the notebook: a box that Python did not take has changed nothing."""

import re
import sys
from typing import Any

from lenproto.words import say


def stale(name: str) -> str:
    """Return a sentence where the box run last, or the last one that defines this function, was no Python; "" else.

    Works in IPython, which keeps what was run. The box that asks is the last one that it has.
    """
    shell = _shell()
    boxes = list(shell.history_manager.input_hist_parsed)[:-1] if shell else []
    defining = [
        box
        for box in boxes
        if re.search(rf"^\s*(async\s+)?def\s+{re.escape(name)}\b", box, re.MULTILINE)
    ]
    for which, box in (("before", boxes[-1:]), ("defines", defining[-1:])):
        if box and (error := _no_python(shell, box[0])):
            what = error.msg or type(error).__name__
            return say(f"verdict.stale.{which}", function=name, line=error.lineno, error=what)
    return ""


def _shell() -> Any:
    """The shell of IPython in which this runs, or None."""
    return IPython.get_ipython() if (IPython := sys.modules.get("IPython")) else None


def _no_python(shell: Any, box: str) -> SyntaxError | None:
    """The error that Python tells of a box, before anything of it is run; None where it takes it."""
    try:
        shell.compile.ast_parse(box)
    except SyntaxError as error:
        return error
    except ValueError:  # a zero byte
        pass
    return None
