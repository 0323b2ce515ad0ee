"""What a test may leave behind, and must not: threads, open sockets, child processes."""

import contextlib
import gc
import os
import pathlib
import socket
import subprocess
import sys
import threading


def alive(kind):
    """Return the objects of a class, and of those made from it, that the interpreter still knows."""
    kinds = [kind]
    for each in kinds:
        kinds += each.__subclasses__()
    # an object refers to its class
    return [thing for thing in gc.get_referrers(*kinds) if type(thing) in kinds]


def open_sockets():
    """Return a name for each open socket of this process."""
    if sys.platform != "linux":
        return {f"{sock!r} at {id(sock)}" for sock in alive(socket.socket) if sock.fileno() != -1}
    found = set()
    for descriptor in pathlib.Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the descriptor that lists the folder is gone by now
            found.add(os.readlink(descriptor))
    return {name for name in found if name.startswith("socket:")}


def children():
    """Return the process ids of this process's children, those that ended and nobody waited for included."""
    if sys.platform != "linux":
        return {child.pid for child in alive(subprocess.Popen) if child.returncode is None}
    try:
        # looks, and takes nothing away
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # there is none: the usual case, and the quick one
        return set()
    found = set()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            facts = (process / "stat").read_text(errors="replace").rpartition(")")[2]
            _state, parent, *_ = facts.split()
            if int(parent) == os.getpid():
                found.add(int(process.name))
    return found


def leavings():
    """Return all that a test may not leave behind, by kind."""
    return {
        "thread": set(threading.enumerate()),
        "open socket": open_sockets(),
        "child process": children(),
    }
