"""lenproto lessons: lays the lessons into a folder, or renews them there, and opens JupyterLab at the first one."""

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from lenproto import words
from lenproto.commands.streams import plain
from lenproto.lessons import laid, laying, shipped
from lenproto.lessons.notebook import first_line
from lenproto.words import say

FAILED, REFUSED = 1, 2  # exit codes
LONGEST = 60  # characters of a line that is quoted
# JupyterLab asks nothing of the internet, and no pupil whether it may; it says where it is and what goes wrong, no more
QUIET = (
    "--log-level=WARN",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


def add_options(parser):
    """Add what the command takes."""
    add = parser.add_argument
    folder = say("commands.lessons.folder", default=laid.FOLDER)
    add("folder", nargs="?", metavar=say("commands.placeholder.folder"), help=folder)
    add(
        "--language",
        dest="of",
        type=language,
        metavar=say("commands.placeholder.language"),
        help=say("commands.lessons.language", languages=shipped.languages()),
    )
    only = say("commands.lessons.only-copy")
    add("--only-copy", "--no-open", dest="only_copy", action="store_true", help=only)
    add("--no-browser", action="store_true", help=say("commands.lessons.no-browser"))


def language(text):
    """Return the name of a language in which there are lessons."""
    if text not in shipped.languages():
        raise argparse.ArgumentTypeError(
            say("commands.no-language", language=repr(text), languages=shipped.languages())
        )
    return text


def run(args):
    """Lay the lessons and open them; return the exit code: 1 where that fails, 2 where it is refused."""
    folder = Path(args.folder) if args.folder else laid.usual()
    try:
        known = laid.load(folder)
        of = args.of or known.language or usual()
        if known.language not in ("", of):
            refused = say("commands.lessons.other-language", folder=folder, there=known.language)
            return _fail(refused, REFUSED)
        _lay(folder, of, known.version)
    except OSError as error:
        why = error.strerror or str(error)
        return _fail(say("commands.lessons.failed", folder=folder, why=why), FAILED)
    if args.only_copy:
        return 0
    if not importlib.util.find_spec("jupyterlab"):
        return _fail(say("commands.lessons.needs-lab", python=sys.executable), FAILED)
    return _open(folder, of, args.no_browser)


def usual():
    """Return the language of the lessons where nobody names one: that of now, if there are any in it."""
    return words.language() if words.language() in shipped.languages() else words.ENGLISH


def _lay(folder, of, before):
    """Lay the lessons, and say of each file what became of it, where that is worth a word."""
    for done in laying.lay(folder, of):
        if before or done.what not in (laying.LAID, laying.RENEWED):
            _print(told(done))
    now, place = shipped.version(), folder.resolve()
    if not before:
        _print(say("commands.lessons.new", folder=place, version=now))
    elif before == now:
        _print(say("commands.lessons.there", folder=place, version=now))
    else:
        _print(say("commands.lessons.renewed", folder=place, version=now, before=before))


def told(done):
    """Return what became of a file, in words: a line, and further ones where something was carried over."""
    values = {"file": done.name, "beside": done.beside and done.beside.name}
    lines = [say(f"commands.lessons.file.{done.what}", **values)]
    if done.merged:
        merged = done.merged
        for key in ("added", "changed", "removed"):
            if n := getattr(merged, key):
                lines.append("  " + say(f"commands.lessons.cells.{key}", n=n))
        for key in ("carried", "own"):
            if n := len(getattr(merged, key)):
                lines.append("  " + say(f"commands.lessons.cells.{key}", n=n))
        for key in ("kept", "below", "gone"):
            for cell in getattr(merged, key):
                lines.append("  " + say(f"commands.lessons.cells.{key}", line=_quoted(cell)))
    return "\n".join(lines)


def _quoted(cell):
    line = first_line(cell)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _open(folder, of, no_browser):
    """Run JupyterLab in this process until it ends: it hears Ctrl-C itself, and closes its kernels."""
    from jupyterlab.labapp import LabApp

    os.chdir(folder)
    if of in words.languages():
        os.environ[words.CHOICE] = of  # what the lessons say
    options = [*QUIET, *(["--no-browser"] if no_browser else [])]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        options.append("--allow-root")  # in a container one is, and there it harms nobody
    _print(say("commands.lessons.opening"))
    sys.stdout.flush()
    LabApp.launch_instance([f"--LabApp.default_url=/lab/tree/{shipped.FIRST}", *options])
    return 0


def _print(text):
    print(plain(text))


def _fail(sentence, code):
    print(plain(sentence), file=sys.stderr)
    return code
