"""The command that installs something into the Python that runs: with pip, or with uv where there is no pip."""

import importlib.util
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # of a checkout


def command(*options: str, what: str = "") -> str:
    """Return the command that installs what, with these options; lenproto with its lessons where nothing is named."""
    uv = _uv()
    if not what and uv and _is_of_the_checkout():
        # the course's own way: with the versions that were tested
        extra = ["--inexact", "--extra", "lab", "--project", str(ROOT)]
        return line([uv, "sync", *extra])
    if uv:
        begin = [uv, "pip", "install", "--python", sys.executable]
        options = tuple("--reinstall" if each == "--force-reinstall" else each for each in options)
    else:
        begin = [sys.executable, "-m", "pip", "install"]
    return line([*begin, *options, *([what] if what else _ours())])


def line(words: list[str]) -> str:
    """Return the words as one types them in a terminal of this system."""
    from lenproto.lab.shell import typed  # here: what is examined may lack it

    return str(typed(words))  # type: ignore[no-untyped-call]


def _ours() -> list[str]:
    if (ROOT / "pyproject.toml").is_file():
        return ["--editable", f"{ROOT}[lab]"]
    return ["lenproto[lab]"]


def _uv() -> str:
    """The path of uv, where this Python has no pip; empty where it has."""
    if importlib.util.find_spec("pip"):
        return ""
    from lenproto.lab.shell import UV

    own = (ROOT.joinpath(*way) for way in UV)
    return next((str(path) for path in own if path.is_file()), "") or shutil.which("uv") or "uv"


def _is_of_the_checkout() -> bool:
    """Whether this Python is the one that the README's commands make."""
    return Path(sys.prefix).resolve().parent == ROOT
