"""Stands in for the person at the keyboard, where a program has to run with nobody there."""

import builtins
import io
import sys
import threading
from collections.abc import Callable

from lenproto.words import say

_asks: dict[threading.Thread, Callable[[str], str]] = {}  # Thread → what answers its input()
_lock = threading.Lock()


def typed(*lines):
    """Return a function to use as input: it gives these lines in turn, then the end of the input.

    It prints the prompt and the line, so that the page reads as if somebody had typed.
    """
    waiting = list(lines)

    def ask(prompt=""):
        if not waiting:
            raise EOFError(say("stage.nothing-typed"))
        print(f"{prompt}{waiting[0]}")
        return waiting.pop(0)

    return ask


def give(thread, ask):
    """From now on, ask(prompt) answers what a thread calls input() for."""
    with _lock:
        _asks[thread] = ask
    stand_in()


def given(thread):
    """What answers this thread's input(); None where nothing was given."""
    return _asks.get(thread)


def hand_on(thread):
    """What answers this thread's input() answers another one's, too."""
    if ask := _asks.get(threading.current_thread()):
        give(thread, ask)


def take(thread):
    """Undo give(thread); after the last, input is the one it was before."""
    with _lock:
        _asks.pop(thread, None)
        if not _asks and isinstance(builtins.input, _ByThread):
            builtins.input = builtins.input.real
        if not _asks and isinstance(sys.stdin, _Lines):
            sys.stdin = sys.stdin.real


def stand_in():
    """See to it that input() and sys.stdin go by thread. A notebook puts its own input back after each cell."""
    with _lock:
        if _asks and not isinstance(builtins.input, _ByThread):
            builtins.input = _ByThread(builtins.input)
        if _asks and not isinstance(sys.stdin, _Lines):
            sys.stdin = _Lines(sys.stdin)


class _ByThread:
    """Stands in for input; a thread to which nothing was given asks the real one."""

    def __init__(self, real):
        self.real = real

    def __call__(self, prompt=""):
        return _asks.get(threading.current_thread(), self.real)(prompt)


class _Lines(io.TextIOBase):
    """Stands in for sys.stdin; a thread to which nothing was given reads the real one."""

    def __init__(self, real):
        super().__init__()
        self.real = real

    def readable(self):
        return True

    def readline(self, size=-1):  # iterating over the lines calls it, too
        ask = _asks.get(threading.current_thread())
        if ask is None:
            return self.real.readline(size)
        try:
            return f"{ask('')}\n"
        except EOFError:
            return ""

    def read(self, size=-1):
        return "".join(self) if threading.current_thread() in _asks else self.real.read(size)

    def fileno(self):
        return self.real.fileno()

    def isatty(self):
        return self.real.isatty()

    def __getattr__(self, name):
        return getattr(self.real, name)
