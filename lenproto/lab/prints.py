"""Catches what chosen threads print, so that a server's lines do not land in somebody's cell."""

import io
import sys
import threading

_texts = {}  # thread identifier → what it printed
_lock = threading.Lock()


class _ByThread:
    """Stands in for sys.stdout or sys.stderr; whatever is not caught goes to the real one."""

    def __init__(self, real):
        self.real = real

    def write(self, text):
        return _texts.get(threading.get_ident(), self.real).write(text)

    def flush(self):
        if threading.get_ident() not in _texts:
            self.real.flush()

    def __getattr__(self, name):
        return getattr(self.real, name)


def catch(text=None):
    """From now on, what this thread prints goes into the io.StringIO returned."""
    with _lock:
        for name in ("stdout", "stderr"):
            if not isinstance(getattr(sys, name), _ByThread):
                setattr(sys, name, _ByThread(getattr(sys, name)))
        return _texts.setdefault(threading.get_ident(), text or io.StringIO())


def release():
    """Let this thread print as usual; after the last one, sys.stdout and sys.stderr are the real ones."""
    with _lock:
        _texts.pop(threading.get_ident(), None)
        for name in ("stdout", "stderr"):
            if not _texts and isinstance(getattr(sys, name), _ByThread):
                setattr(sys, name, getattr(sys, name).real)
