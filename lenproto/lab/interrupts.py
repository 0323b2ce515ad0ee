"""Ctrl-C that waits a moment: what has begun comes to its end first, so that nothing is left half done."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def held_back():
    """In here Ctrl-C is only taken down, however often it is pressed; it strikes once, at the end.

    Only the main thread hears it at all: any other one goes on as it is.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    pressed = []
    signal.signal(signal.SIGINT, lambda *arguments: pressed.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if pressed:
            handler(*pressed[0])
