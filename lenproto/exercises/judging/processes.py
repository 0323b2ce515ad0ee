"""Finds and ends the processes that a submission has started, also those that tried to get away.

Three marks lead to them: they descend from the worker, they are in its process group, or they carry the name
that its environment gave them. On Linux all is read from /proc; elsewhere psutil helps, where it is installed.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lenproto.lab import process_group

MARK = "LENPROTO_JUDGED"  # the environment variable that a worker hands on to all that it starts
PASSES = 20  # looks, until no process is left: one may start another while it is being ended
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


def end(process: subprocess.Popen[bytes], mark: str, *, alone: bool = False) -> None:
    """End a worker (a Popen) and every process that it has started. mark is the value of its MARK.

    alone: it is known that it has started none, and nobody looks for them.
    """
    for _ in range(0 if alone else PASSES):
        others = _family(process.pid, mark) - {process.pid, os.getpid()}
        for pid in others:
            _kill(pid)
        if not others:
            break
    process_group.end(process)
    for pid in set() if alone else _family(process.pid, mark) - {os.getpid()}:
        # what it started in its last moment
        _kill(pid)


def python() -> tuple[str, dict[str, str]]:
    """Return the program that is this Python, and what its environment needs.

    On Windows the one of a virtual environment only starts another, in which all happens: who looked at what it
    computes would see nothing. The other one is told what it stands for in a variable, as multiprocessing does.
    """
    base = getattr(sys, "_base_executable", sys.executable)
    if os.name == "nt" and os.path.normcase(base) != os.path.normcase(sys.executable):
        return base, {"__PYVENV_LAUNCHER__": sys.executable}
    return sys.executable, {}


def adopt_orphans() -> None:
    """From now on, what a child of this process leaves behind becomes its own child (Linux only)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def left() -> int:
    """Return how many processes that this one has started still run."""
    if sys.platform == "linux":
        return sum(state != "Z" for _, state in _descendants(os.getpid()))
    with contextlib.suppress(Exception):
        import psutil

        return sum(
            child.status() != psutil.STATUS_ZOMBIE
            for child in psutil.Process().children(recursive=True)
        )
    return 0


def computed_s(pid: int) -> float | None:
    """Return the seconds that a process has computed, all its threads together; None where nobody tells."""
    with contextlib.suppress(Exception):
        if sys.platform == "linux":
            fields = (
                Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            )
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        import psutil

        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    return None


def turns(pid: int) -> list[str] | None:
    """Return what changes whenever one of a process's threads gets a turn; None where nobody tells (Linux does).

    None, too, where the process was stopped: it is not up to it.
    """
    with contextlib.suppress(OSError):
        if _stat(Path(f"/proc/{pid}"))[0] in "Tt":
            return None
        threads = sorted(Path(f"/proc/{pid}/task").iterdir())
        return [(thread / "schedstat").read_text() for thread in threads] or None
    return None


def memory(pid: int) -> int:
    """Return the bytes of memory that a process holds; 0 where the system does not tell."""
    try:
        if sys.platform == "linux":
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf(
                "SC_PAGE_SIZE"
            )
        import psutil

        held: int = psutil.Process(pid).memory_info().rss
        return held
    except Exception:
        return 0


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)


def _family(pid: int, mark: str) -> set[int]:
    """The ids of the processes that belong to a worker, those apart that have ended."""
    if sys.platform == "linux":
        family = {child for child, state in _descendants(pid) if state != "Z"}
        sign = f"{MARK}={mark}\0".encode()
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if sign in (place / "environ").read_bytes() + b"\0" and _stat(place)[0] != "Z":
                    family.add(int(place.name))
        return family
    with contextlib.suppress(Exception):
        import psutil

        family = {child.pid for child in psutil.Process(pid).children(recursive=True)}
        for process in psutil.process_iter():
            with contextlib.suppress(Exception):  # not ours, or gone
                if process.environ().get(MARK) == mark:
                    family.add(process.pid)
        return family
    return set()


def _descendants(pid: int) -> Iterator[tuple[int, str]]:
    """Yield (id, state) of each process that descends from one (Linux)."""
    children: dict[int, list[tuple[int, str]]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = _stat(place)
            children.setdefault(parent, []).append((int(place.name), state))
    known = [pid]
    for one in known:
        for child, state in children.get(one, ()):
            known.append(child)
            yield child, state


def _stat(place: Path) -> tuple[str, int]:
    """A process's state, and its parent's id: what stands behind its name, which may hold blanks and brackets."""
    state, parent = (place / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
    return state, int(parent)
