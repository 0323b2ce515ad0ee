"""Which code is the package's own, under whatever name and wrapper somebody hands it in.

Never told by what a text looks like: who types the lines of a solution has written them.
"""

import os
from pathlib import Path
from types import CodeType, FrameType

from lenproto import client, server
from lenproto.exercises.functions import FUNCTIONS, JUDGED, folder_of
from lenproto.lab import literal

_SOLUTIONS = {str(folder_of(name) / "solution.py") for name in JUDGED}
SAMPLES = {str(folder_of(name) / "sample.py") for name in FUNCTIONS}
# the five functions as the package has them, whole or with a mistake
FILES = {client.__file__, server.__file__, literal.__file__} | _SOLUTIONS | SAMPLES
# the same, if their file was left out: two codes are equal where all but that is, their line numbers too
_CODES = {
    getattr(module, name).__code__
    for module in (client, server, literal)
    for name in FUNCTIONS
    if hasattr(module, name)
}
FRAMES = 50  # that are looked at


def let_samples_talk() -> None:
    """A sample is judged itself, in this process: a lesson shows what comes of it."""
    FILES.difference_update(SAMPLES)


def is_solution(path: str | bytes | os.PathLike[str]) -> bool:
    """Whether a file is one of the solutions."""
    path = Path(os.fsdecode(path))
    return path.name == "solution.py" and str(path.resolve()) in _SOLUTIONS


def running(frame: FrameType | None) -> str:
    """Return the name of the package's own function that runs in a frame, or has called it; "" if none has."""
    for _ in range(FRAMES):
        if frame is None:
            break
        code: CodeType = frame.f_code
        if code.co_filename in FILES or (code.co_name in FUNCTIONS and code in _CODES):
            return code.co_name
        frame = frame.f_back
    return ""
