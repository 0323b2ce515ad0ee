"""Signals that end a program: each does what Ctrl-C does, so all is closed, and a word is said."""

import contextlib
import signal
import threading

# a service is stopped; a terminal is closed; Ctrl-Break, or a window is closed, on Windows
ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")


class Ended(KeyboardInterrupt):
    """A signal asks the program to end; number: which one."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def heard_as_ctrl_c():
    """In here the main thread raises Ended where a signal would just kill it; what is ignored stays so (nohup)."""
    numbers = []
    if threading.current_thread() is threading.main_thread():
        known = (getattr(signal, name, None) for name in ENDING)
        numbers = [each for each in known if each and signal.getsignal(each) is signal.SIG_DFL]
    try:
        for number in numbers:
            signal.signal(number, _end)
        yield
    finally:
        for number in numbers:
            if signal.getsignal(number) is _end:
                signal.signal(number, signal.SIG_DFL)


def exit_code(ended):
    """Return what a shell makes of the signal that a KeyboardInterrupt came of: 128 and its number."""
    return 128 + getattr(ended, "number", signal.SIGINT)


def _end(number, frame):
    if number == getattr(signal, "SIGHUP", None):
        # whoever closes a terminal says so more than once: the program is ending already
        signal.signal(number, signal.SIG_IGN)
    raise Ended(number)
