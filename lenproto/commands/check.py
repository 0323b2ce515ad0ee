"""lenproto check: judges the functions of a file, and tells in words or as JSON what their bytes did."""

import json
import sys

from lenproto.commands.streams import plain
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.judging.submission import NotReadable
from lenproto.exercises.report import text
from lenproto.exercises.report.hints import MANY
from lenproto.words import say

PASSED, FAILED, NOT_READABLE = 0, 1, 2  # exit codes
HINTS = 1  # shown of each function's first failure


def add_options(parser):
    """Add what the command takes."""
    add = parser.add_argument
    add("file", metavar=say("commands.placeholder.file"), help=say("commands.check.file"))
    add("--json", action="store_true", help=say("commands.check.json"))
    level = say("commands.check.level", default=LEVELS[-1])
    add("--level", choices=LEVELS, default=LEVELS[-1], help=level)
    hints = say("commands.check.hints", default=HINTS, most=MANY)
    add("--hints", type=int, choices=range(MANY + 1), default=HINTS, metavar="N", help=hints)


def run(args):
    """Judge a file up to a level, and print the verdict; return the exit code.

    0: each function that is there passes, and there is at least one. 1: one fails, or there is none.
    2: there is no such file, or it is not readable as Python; a line on standard error says why.
    """
    levels = LEVELS[: LEVELS.index(args.level) + 1]  # a level rests on those before it
    try:
        with ProgressLine() as progress:
            found = judge_file(args.file, levels=levels, tell=progress.tell)
    except NotReadable as error:
        print(plain(str(error)).replace("\n", " "), file=sys.stderr)
        return NOT_READABLE
    data = found.as_json() if args.json else None
    print(json.dumps(data, indent=1) if args.json else plain(told(found, levels, args.hints)))
    return PASSED if passed(found, levels) else FAILED


def there(found):
    """Return the names of the functions that are in the file."""
    return [name for name, verdict in found.functions.items() if not verdict.missing]


def passed(found, levels=LEVELS):
    """Whether each function that is there passes at these levels, and there is one."""
    names = there(found)
    return bool(names) and all(
        found.functions[name].at(level) == "pass" for name in names for level in levels
    )


def told(found, levels=LEVELS, hints=HINTS):
    """The verdict on a file in words: each function's levels, its first failure with so many hints; a line for all."""
    parts = [text.told(name, found.functions[name], hinted=hints) for name in there(found)]
    if found.notes:
        notes = (f"  {note}" for note in found.notes)
        parts.append("\n".join([say("commands.check.notes"), *notes]))
    return "\n\n".join([*parts, total(found, levels)])


def total(found, levels=LEVELS):
    """How many of the five functions pass at these levels, in a line."""
    names = there(found)
    if not names:
        return say("commands.check.none", file=found.file, functions=FUNCTIONS)
    good = sum(all(found.functions[name].at(level) == "pass" for level in levels) for name in names)
    missing = [name for name in FUNCTIONS if name not in names]
    sentences = [
        say(
            "commands.check.total",
            n=good,
            all=len(names),
            levels=say(f"commands.check.up-to.{levels[-1]}"),
            seconds=f"{found.seconds:.1f}",
        )
    ]
    if missing:
        sentences.append(say("commands.check.missing", functions=missing))
    return " ".join(sentences)


class ProgressLine:
    """Says on a terminal which function is being judged, in a line that goes away."""

    def __init__(self):
        self._shows = sys.stderr.isatty()

    def tell(self, name):
        """Say that a function's turn has come."""
        if self._shows:
            said = say("commands.check.judging", function=name)
            print(f"\r\033[K{said}", end="", file=sys.stderr, flush=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._shows:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
