"""Where bytes and text meet as if they were one: Python warns of it when it is started with -b, and tells the line.

Two that are compared are never equal, whatever is in them, and nothing is raised: so nobody sees why.
"""

import contextlib
import sys
import warnings
from collections.abc import Iterator
from typing import TextIO

from lenproto.lab import tap
from lenproto.words import Words

KINDS = {  # how Python's sentence begins → the variant of ours
    "Comparison between bytes and string": "with-text",
    "Comparison between bytes and int": "with-a-number",
}

MOST = 3  # lines that are told

_told: list[Words] | None = None


def listen() -> None:
    """From now on note what is warned of, within noted(); all other warnings are nobody's business."""
    warnings.simplefilter("ignore")
    warnings.filterwarnings("always", category=BytesWarning)
    warnings.showwarning = _note


@contextlib.contextmanager
def noted() -> Iterator[list[Words]]:
    """Yield a list of the sentences on lines in which bytes are compared with something else, as they come."""
    global _told
    told: list[Words] = []
    _told = told
    try:
        yield told
    finally:
        _told = None


def _note(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    kind = KINDS.get(str(message))
    if _told is None or kind is None or tap.is_helper(filename):
        return
    words = Words(f"judging.mixed.{kind}", line=lineno, function=_function(filename, lineno))
    if words not in _told and len(_told) < MOST:
        _told.append(words)


def _function(filename: str, lineno: int) -> str:
    """The function to which a line belongs that runs now."""
    frame = sys._getframe()
    while frame.f_back and (frame.f_code.co_filename, frame.f_lineno) != (filename, lineno):
        frame = frame.f_back
    return frame.f_code.co_name
