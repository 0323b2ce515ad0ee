"""Keeps a submission from harming what is not its own, and tells what it tried. For the worker's process.

This is no prison: it catches what happens by mistake or for fun. Learners' files that one mistrusts belong into a
virtual machine.
"""

import builtins
import contextlib
import errno
import functools
import importlib
import os
import select
import selectors
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from lenproto.exercises.judging import ours, processes, reach
from lenproto.exercises.report.misconceptions import observed
from lenproto.words import Words, say

STARTS = (
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.system",
    "subprocess.Popen",
    "os.exec",
    "os.spawn",
    "os.startfile",
    "_winapi.CreateProcess",
)
CHANGES = (
    "os.remove",
    "os.rmdir",
    "os.rename",
    "os.truncate",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.chown",
    "os.utime",
    "shutil.rmtree",
    "os.mkdir",
    "os.mkfifo",
    "os.mknod",
    "sqlite3.connect",
)
# what tells no audit hook of itself, and as which event it counts
UNTOLD = (
    ("os", "mkfifo", "os.mkfifo"),
    ("os", "mknod", "os.mknod"),
    ("_posixsubprocess", "fork_exec", "os.fork"),
    ("_posixshmem", "shm_open", "shm_open"),
)
NAMES = {  # which ask the network, and which of their arguments is the name
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}
ACTS = {
    "socket.bind": ("bind", "bound"),
    "socket.connect": ("connect", "connect"),
    "socket.sendto": ("send", "sent"),
    "socket.sendmsg": ("send", "sent"),
}
# which may be told a folder to count from, as the last argument
WITH_FOLDER = ("os.remove", "os.rmdir", "os.chmod", "os.utime", "os.mkdir")
LIBRARY = (
    builtins,
    socket,
    socket.socket,
    time,
    threading,
    threading.Thread,
    select,
    selectors.DefaultSelector,
    os,
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MOST_SAID = 60  # characters of an address
MOST_DESCRIPTORS = 512  # that are looked at


class Guard:
    """Watches this process from its making on.

    own is the folder in which a submission may write, kept the descriptors that it may not touch. While
    armed, what would harm others is refused with a PermissionError.
    """

    def __init__(self, own: str, kept: Iterable[int]) -> None:
        self.own = os.path.realpath(own)
        self.armed = False
        # (misconception, what was seen) of what was refused
        self.tried: list[tuple[str, Words]] = []
        self.started = False  # some program, at any time
        self.starts: Callable[[], object] | None = None  # called before it does
        self._refusal = say("judging.error.not-here")  # before a submission can be in its way
        self._kept = {number: _identity(number) for number in kept}
        self._tell_untold()
        self._library = [(owner, dict(_public(owner))) for owner in LIBRARY]
        self._environ, self._depth = dict(os.environ), sys.getrecursionlimit()
        self._sockets, self._grew = _open_sockets(), False
        looks = dict.fromkeys(STARTS, self._start) | dict.fromkeys(CHANGES, self._change)
        looks |= {"open": self._open, "os.kill": self._signal, "os.killpg": self._signal}
        looks |= dict.fromkeys(NAMES, self._ask) | dict.fromkeys(ACTS, self._reach)
        looks |= {"shm_open": self._share}

        def hook(event, arguments):
            look = looks.get(event)
            if look and self.armed and not reach.is_judge():
                look(event, arguments)

        sys.addaudithook(hook)

    def _tell_untold(self):
        """Let those functions tell, too, that tell no audit hook."""
        for module, name, event in UNTOLD:
            owner = sys.modules.get(module) or _imported(module)
            if hasattr(owner, name):
                setattr(owner, name, _telling(getattr(owner, name), event))

    def complaint(self) -> tuple[str, Words] | None:
        """Return (misconception, what was seen) of what it did to others since last time; None if nothing."""
        cut = [number for number, known in self._kept.items() if _identity(number) != known]
        replaced = self._replaced()
        if cut:
            return observed("closes-what-is-not-its-own.files", files=_named(cut))
        if replaced:
            return observed("replaces-the-library", names=replaced)
        if self.tried:
            first, self.tried[:] = self.tried[0], []
            return first
        if self.started and (many := processes.left()):
            return observed("leaves-a-program", n=many)
        return None

    def leak(self) -> tuple[str, Words] | None:
        """The same of sockets that nobody closes: more each time, not only once. Called once after each case."""
        now = _open_sockets()
        more, before, self._sockets = now - self._sockets, self._grew, now
        self._grew = more > 0
        return observed("leaves-sockets-open", n=more) if more > 0 and before else None

    def mend(self) -> None:
        """Put back what a submission may change for itself alone: folder, environment, traces, depth of recursion."""
        os.chdir(self.own)
        if dict(os.environ) != self._environ:
            os.environ.clear()
            os.environ.update(self._environ)
        sys.setrecursionlimit(self._depth)
        threading.settrace(None)
        threading.setprofile(None)
        sys.settrace(None)
        sys.setprofile(None)

    def _replaced(self):
        """Undo what was changed in the library; return its names."""
        found = []
        for owner, names in self._library:
            for name, value in names.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)
                    found.append(name if owner is builtins else f"{owner.__name__}.{name}")
        return found

    def _start(self, event, arguments):
        if self.starts:
            self.starts()
        self.started = True

    def _signal(self, event, arguments):
        target, own = arguments[0], event == "os.kill" and self.started
        if target != os.getpid() and (not own or target <= 1 or target == os.getppid()):
            whom = "parent" if target == os.getppid() else "another"
            self._refuse(f"ends-another-program.{whom}", event=event)

    def _share(self, event, arguments):
        """Memory that others see, too: a name without a place, but a file where the system keeps them."""
        self._refuse("changes-files.call", event=event, file=str(arguments[0]))

    def _ask(self, event, arguments):
        name = arguments[NAMES[event]]
        name = name[0] if isinstance(name, tuple) else name
        if not reach.now().knows(name):
            self.tried.append(observed("reaches-others.asked", name=_said(name)))
            raise socket.gaierror(socket.EAI_NONAME, self._refusal)

    def _reach(self, event, arguments):
        """What goes round the methods of socket.socket, or is no case's: see run for the rest."""
        (sock, address), (act, how) = arguments[:2], ACTS[event]
        if address is None:
            return
        if isinstance(address, str | bytes):
            self._reach_by_name(sock, address, act, how)
        elif not reach.now().allows(act, address):
            self._refuse(f"reaches-others.{how}", address=_said(address))
        elif act == "bind":
            reach.note_bound(sock)

    def _reach_by_name(self, sock, address, act, how):
        """A socket of Unix has a file for its address, or a name that all programs of a computer see."""
        name = os.fsencode(address)
        if act == "bind" and not name:
            return  # the system chooses
        if act == "bind" and not name.startswith(b"\0"):
            self._change("bind", (address,))
            reach.note_bound(sock)
        elif act == "bind" or not reach.has_bound(address):
            self._refuse(f"reaches-others.{how}", address=_said(address))

    def _open(self, event, arguments):
        path, mode, flags = arguments
        if isinstance(path, str | bytes | os.PathLike) and ours.is_solution(path):
            self._refuse(
                "not-ones-own.fetched", file=os.path.join(*Path(os.fsdecode(path)).parts[-2:])
            )
        writes = set(mode) & set("wax+") if isinstance(mode, str) else (flags or 0) & WRITING
        if writes and not isinstance(path, int):
            self._change("open", (path,))

    def _change(self, event, arguments):
        for path, folder in _paths(event, arguments):
            if not self._may_write(path, folder):
                how = "open" if event == "open" else "call"
                name = os.path.basename(os.fsdecode(path))
                self._refuse(f"changes-files.{how}", event=event, file=name)

    def _may_write(self, path, folder):
        path = os.fsdecode(path)
        if path == ":memory:":
            return True
        path = path.removeprefix("file:").partition("?")[0] if path.startswith("file:") else path
        if folder >= 0 and sys.platform == "linux":
            path = os.path.join(f"/proc/self/fd/{folder}", path)
        real = os.path.realpath(path)
        # the folder: for a nameless file
        is_nothing = os.path.normcase(path) == os.path.normcase(os.devnull)  # NUL or nul
        return is_nothing or real == self.own or real.startswith(self.own + os.sep)

    def _refuse(self, name, **evidence):
        self.tried.append(observed(name, **evidence))
        raise PermissionError(errno.EPERM, self._refusal)


def _imported(module):
    """A module, if this system has it."""
    with contextlib.suppress(ImportError):
        return importlib.import_module(module)
    return None


def _telling(function, event):
    """A function that tells of itself before it does anything."""

    @functools.wraps(function)
    def told(*args, **kwargs):
        sys.audit(event, *args)
        return function(*args, **kwargs)

    return told


def _said(value):
    """An address or a name, as it may be shown."""
    return repr(value)[:MOST_SAID]


def _paths(event, arguments):
    """The (path, descriptor of the folder it is counted from, or -1) that an event would change."""
    if event in ("os.rename", "os.link"):
        paths, folders = arguments[:2], arguments[2:]
    elif event == "os.symlink":
        paths, folders = arguments[1:2], arguments[2:]
    else:
        paths, folders = (
            arguments[:1],
            arguments[-1:] if event in WITH_FOLDER else (),
        )
    folders = [*folders, -1, -1]
    return [
        (path, folder)
        for path, folder in zip(paths, folders, strict=False)
        if isinstance(path, str | bytes | os.PathLike)
    ]


def _public(owner):
    """The functions and classes of a module or class, by name."""
    return (
        (name, value)
        for name, value in vars(owner).items()
        if not name.startswith("_") and callable(value)
    )


def _identity(number):
    """What tells an open file from another one of the same number; None for a closed one."""
    try:
        found = os.fstat(number)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _named(numbers):
    """The files of these descriptors, each kind once."""
    kinds = {0: "input", 1: "output", 2: "error"}
    named = dict.fromkeys(kinds.get(number, "checker") for number in numbers)
    return [Words(f"judging.file.{kind}") for kind in named]


def _open_sockets():
    """How many sockets are open in this process. Not known on Windows, where a socket is no file."""
    if os.name != "posix":
        return 0
    count = 0
    for number in range(3, MOST_DESCRIPTORS):
        try:
            count += stat.S_ISSOCK(os.fstat(number).st_mode)
        except OSError:
            continue
    return count
