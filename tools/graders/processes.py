"""Runs a command with a limit, and sees to it that nothing that it started goes on."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent  # where lenproto lies
# an environment variable: all that a command starts, and what that starts, inherits it
MARK = "LENPROTO_GRADERS"
SHOWN_CHARACTERS = 2000


@dataclass
class Ran:
    """What became of a command: seconds, the exit code (None: it was cut), what it said."""

    seconds: float
    code: int | None
    out: str
    err: str


def run(command, folder, limit_s, *, each_line=None):
    """Run a command in a folder; after limit_s seconds it is cut. each_line(line) is called for standard error."""
    mark = uuid.uuid4().hex
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as out,
        tempfile.TemporaryFile("w+", errors="replace") as err,
    ):
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            env=environment(folder, mark),
        )
        try:
            code = wait(process, began + limit_s, follow(err.fileno(), each_line))
            seconds = time.monotonic() - began
        finally:
            end(process, mark)
        out.seek(0)
        err.seek(0)
        return Ran(seconds, code, out.read(), err.read())


def environment(folder, mark):
    """The environment of a command: lenproto at hand, its settings and files in its own folder, marked."""
    places = {
        name: str(folder)
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "IPYTHONDIR",
            "TMPDIR",
        )
    }
    return (
        os.environ | places | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", MARK: mark}
    )


def wait(process, deadline, look):
    """Wait for the end of a process; return its exit code, None if the deadline came first."""
    while time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0.02 if look else max(deadline - time.monotonic(), 0))
        if look:
            look()
    return None


def follow(descriptor, each_line):
    """Return a function that gives what was written since the last time, line by line; None if nobody asks."""
    if each_line is None:
        return None
    place, rest = 0, b""

    def look():
        nonlocal place, rest
        piece = os.pread(descriptor, 1 << 20, place)
        place += len(piece)
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            each_line(line.decode("utf-8", "replace"))

    return look


def end(process, mark):
    """Kill a process and all that bears its mark: a kernel has a session of its own, so its group is not enough."""
    while marked := [other for other in psutil.process_iter() if bears(other, mark)]:
        for other in marked:
            with contextlib.suppress(psutil.Error):
                other.kill()
        psutil.wait_procs(marked, 1)
    process.wait()


def bears(process, mark):
    """Whether a process has the mark in its environment, and still runs."""
    try:
        return process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def must(ran, what):
    """Return what ran, if it ended well; else end the benchmark with its last words."""
    if ran.code != 0:
        raise GradersError(f"{what} failed: {ran.err.strip()[-SHOWN_CHARACTERS:]}")
    return ran


class GradersError(Exception):
    """One of the tools could not be prepared."""


def python(*words):
    """Return a command of this Python."""
    return [sys.executable, *map(str, words)]


def script(name):
    """Return the path of a program that lies beside this Python."""
    return str(Path(sys.executable).parent / name)
