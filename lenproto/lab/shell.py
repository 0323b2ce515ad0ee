"""The commands of lenproto as one types them in a terminal: in the course's folder with its own uv, or installed."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

NAME = "lenproto"
WINDOWS = os.name == "nt"
# where the README puts it; pip calls the folder bin on Windows, too
UV = ((".uv", "bin", "uv"), (".uv", "bin", "uv.exe"), (".uv", "Scripts", "uv.exe"))


def terminal(words, *files):
    """Return the command that a terminal takes where this Python runs: terminal("client --port 8820").

    files of this folder come last. With the course's own uv it is given in the folder of the course, else here.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        uv = next((path for path in UV if folder.joinpath(*path).is_file()), None)
        if uv and Path(sys.prefix).resolve().is_relative_to(folder.resolve()):
            return _line([os.path.join(*uv), "run", NAME], words, here.relative_to(folder), files)
    return _line(_installed(), words, Path(), files)


def _installed():
    """What begins the command where no uv is at hand: its name, where a terminal finds that, or this Python."""
    beside = Path(sys.executable).parent
    found = shutil.which(NAME)
    if found and Path(found).parent == beside:
        return [NAME]
    return [sys.executable, "-m", NAME]


def _line(begin, words, folder, files):
    return " ".join(
        [typed(begin), words, *(typed([str(folder / file)], begins=False) for file in files)]
    )


def typed(words, *, begins=True):
    """Return words as one types them in a terminal: a command, or where it does not begin with them, a part of one.

    On Windows so that PowerShell takes it, to which a name in quotes is a command only behind an &; with no blanks in
    it, cmd takes it as well.
    """
    if not WINDOWS:
        return shlex.join(words)
    line = subprocess.list2cmdline(words)
    return f"& {line}" if begins and line.startswith('"') else line


def split(command):
    """Return the words of a command that somebody has typed. On Windows a \\ is no escape, and only " quotes."""
    if not WINDOWS:
        return shlex.split(command)
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape, lexer.quotes, lexer.commenters = True, "", '"', ""
    return list(lexer)
