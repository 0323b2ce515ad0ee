"""The commands of lenproto as one types them in a terminal: in the course's folder with its own uv, or installed."""

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "lenproto"
UV = ((".uv", "bin", "uv"), (".uv", "Scripts", "uv.exe"))  # where the README puts it


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
        [shlex.join(begin), words, *(shlex.quote(str(folder / file)) for file in files)]
    )
