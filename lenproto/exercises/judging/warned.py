"""What Python warns of when it is asked to: bytes that meet text as if they were one, sockets that no line closes.

Bytes and text that are compared are never equal, whatever is in them, and nothing is raised: so nobody sees why.
Python tells of it, with the line, when it is started with -b. A socket that nobody holds any more is closed by
Python, sooner or later.
"""

import contextlib
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from lenproto.lab import tap
from lenproto.words import Words

KINDS = {  # how Python's sentence begins → the variant of ours
    "Comparison between bytes and string": "with-text",
    "Comparison between bytes and int": "with-a-number",
}
UNCLOSED = (
    "unclosed <socket."  # how its sentence on a socket begins; those on files begin otherwise
)

MOST = 3  # lines that are told


@dataclass
class Warned:
    """What Python warned of: sentences on lines in which bytes are compared with something else; sockets left open."""

    mixed: list[Words] = field(default_factory=list)
    unclosed: int = 0  # sockets that Python closed, because nobody held them any more


_now: Warned | None = None


def listen() -> None:
    """From now on note what is warned of, within noted(); all other warnings are nobody's business."""
    warnings.simplefilter("ignore")
    for category in (BytesWarning, ResourceWarning):
        warnings.filterwarnings("always", category=category)
    warnings.showwarning = _note


@contextlib.contextmanager
def noted() -> Iterator[Warned]:
    """Yield what is warned of in here, as it comes."""
    global _now
    _now = Warned()
    try:
        yield _now
    finally:
        _now = None


def _note(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if _now is None:
        return
    said, kind = str(message), KINDS.get(str(message))
    if category is ResourceWarning:
        _now.unclosed += said.startswith(UNCLOSED)
    elif kind and not tap.is_helper(filename):
        words = Words(f"judging.mixed.{kind}", line=lineno, function=_function(filename, lineno))
        if words not in _now.mixed and len(_now.mixed) < MOST:
            _now.mixed.append(words)


def _function(filename: str, lineno: int) -> str:
    """The function to which a line belongs that runs now."""
    frame = sys._getframe()
    while frame.f_back and (frame.f_code.co_filename, frame.f_lineno) != (filename, lineno):
        frame = frame.f_back
    return frame.f_code.co_name
