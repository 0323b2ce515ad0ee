"""lenproto doctor: says what is wrong with an installation, and what mends it."""

import os
import platform
import sys
from pathlib import Path

from lenproto import doctor
from lenproto.commands.streams import plain
from lenproto.lessons import laid, shipped
from lenproto.words import say

ALL_RIGHT, WRONG = 0, 1  # exit codes


def add_options(parser):
    """Add what the command takes."""
    placeholder = say("commands.placeholder.folder")
    parser.add_argument(
        "folder", nargs="?", metavar=placeholder, help=say("commands.doctor.folder")
    )


def run(args):
    """Look at everything, and say it as it is seen; return the exit code: 1 where something is wrong."""
    about = {"version": shipped.version(), "python": platform.python_version()}
    system = f"{platform.system()} {platform.release()}"
    _print(say("doctor.about", place=sys.executable, system=system, **about))
    many = 0
    for finding in doctor.examine(folders(args.folder)):
        sign = "✗" if finding.is_wrong else "✓"
        _print(f"{sign} {finding.seen}")
        if finding.is_wrong:
            many += 1
            _print(f"  → {finding.mend}")
    _print(say("doctor.wrong-in-all", n=many) if many else say("doctor.all-right"))
    return WRONG if many else ALL_RIGHT


def folders(named):
    """Return the folders in which somebody works: what is named; or this one, and that of the lessons in it."""
    if named:
        return [Path(named)]
    try:
        here = Path(os.getcwd())
    except OSError:  # it was removed
        return [Path()]
    lessons = here / laid.usual()
    return [here, lessons] if lessons.is_dir() else [here]


def _print(text):
    print(plain(text), flush=True)
