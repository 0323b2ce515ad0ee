"""Which Python runs the lessons: the kernel that JupyterLab starts for them has to be the one in which lenproto is."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lenproto.doctor.finding import Finding, fine, wrong
from lenproto.doctor.installing import line
from lenproto.doctor.jupyter import places, users
from lenproto.doctor.packages import version

KERNEL = "python3"  # that the lessons name
# JupyterLab takes its own Python for these
ANY = {
    "python",
    f"python{sys.version_info[0]}",
    f"python{sys.version_info[0]}.{sys.version_info[1]}",
}


def look() -> Iterator[Finding]:
    """Tell which Python the kernel of the lessons is, where it is not this one."""
    where = places("kernels")
    if not where or version("ipykernel") is None:
        return
    there = (each / KERNEL for each in where if (each / KERNEL / "kernel.json").is_file())
    folder = next(there, None)
    # where there is none, ipykernel has one for the Python that starts JupyterLab
    yield seen(folder, where) if folder else fine("kernel")


def seen(folder: Path, where: Sequence[Path]) -> Finding:
    """Say whether the kernel that is described in this folder, one of these, is of this Python."""
    file = folder / "kernel.json"
    try:
        program = str(json.loads(file.read_text("utf-8"))["argv"][0])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return _wrong("no-kernel", folder, where, file=file)
    if program in ANY or is_this(program) or not is_python(program):
        return fine("kernel")
    key = "other-kernel" if os.path.isfile(program) else "lost-kernel"
    return _wrong(key, folder, where, file=file, program=program, python=sys.executable)


def _wrong(key: str, folder: Path, where: Sequence[Path], **values: object) -> Finding:
    """Say what is wrong, and mend it with a kernel of this Python before the other one, or in its place."""
    known = {Path(sys.prefix, "share", "jupyter", "kernels"): "--sys-prefix", users(): "--user"}
    before = where[: where.index(folder.parent) + 1]
    option = next((known[place] for place in before if place in known), None)
    if option is None:
        return wrong(key, mend="remove", folder=folder, **values)
    again = line([sys.executable, "-m", "ipykernel", "install", option])
    return wrong(key, mend="kernel", command=again, **values)


def is_python(program: str) -> bool:
    """Whether a program is called like a Python: others, such as env, start one that only they know."""
    return os.path.basename(program).lower().startswith(("python", "pypy"))


def is_this(program: str) -> bool:
    """Whether a program is the Python that runs: in the same folder, for environments share what they point to."""
    return all(
        os.path.normcase(os.path.realpath(its)) == os.path.normcase(os.path.realpath(ours))
        for its, ours in (
            (program, sys.executable),
            (os.path.dirname(program), os.path.dirname(sys.executable)),
        )
    )
