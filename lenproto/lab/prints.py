"""Catches what chosen threads print, so that a server's lines do not land in somebody's cell."""

import io
import sys
import threading

from lenproto.words import say

LIMIT = 100_000  # characters kept of what a thread prints; a loop prints for ever

_texts: dict[threading.Thread, "_Text"] = {}  # Thread → what it printed
_lock = threading.Lock()


class _ByThread:
    """Stands in for sys.stdout or sys.stderr; whatever is not caught goes to the real one."""

    def __init__(self, real):
        self.real = real

    def write(self, text):
        # a method, not left to __getattr__: IPython reads it, and puts its own before it
        return self._stream().write(text)

    def __getattr__(self, name):
        return getattr(self._stream(), name)

    def _stream(self):
        return _texts.get(threading.current_thread(), self.real)


class _Text(io.StringIO):
    """What a thread printed, the beginning of it. written: how many characters it was in all; shut: it was closed."""

    written = 0
    shut = False

    def write(self, text):
        if self.shut:
            raise ValueError("I/O operation on closed file.")
        before, self.written = self.written, self.written + len(text)
        if before < LIMIT:
            super().write(text if self.written < LIMIT else _cut(text[: LIMIT - before]))
        return len(text)

    @property
    def buffer(self):
        """Where bytes are written in place of text."""
        return _Bytes(self)

    def close(self):
        """Take nothing more. What was printed until now can be read all the same."""
        self.shut = True


class _Bytes(io.BufferedIOBase):
    """What stands below a text that is printed: takes its bytes, in UTF-8."""

    def __init__(self, text):
        super().__init__()
        self._text = text

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        self._text.write(data.decode("utf-8", "replace"))
        return len(data)

    def close(self):
        """It is the text's: nothing is closed with it."""


def _cut(text):
    return f"{text}\n{say('stage.more-printed')}\n"


def catch(text=None):
    """From now on, what this thread prints goes into the io.StringIO returned."""
    with _lock:
        caught = _texts.setdefault(threading.current_thread(), text or _Text())
    stand_in()
    return caught


def stand_in():
    """While a thread is caught, see to it that prints go by thread. Others set sys.stdout too, such as %%capture."""
    with _lock:
        for name in ("stdout", "stderr"):
            if _texts and not isinstance(getattr(sys, name), _ByThread):
                setattr(sys, name, _ByThread(getattr(sys, name)))


def release():
    """Let this thread print as usual; after the last one, sys.stdout and sys.stderr are the real ones."""
    with _lock:
        _texts.pop(threading.current_thread(), None)
        for name in ("stdout", "stderr"):
            if not _texts and isinstance(getattr(sys, name), _ByThread):
                setattr(sys, name, getattr(sys, name).real)
