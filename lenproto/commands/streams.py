"""The standard streams of a command: closed, in an encoding of few letters, or with nobody at the other end."""

import os
import sys


def prepare_standard_streams():
    """See to it that no letter which a terminal lacks, and no stream that is closed, makes a program fail."""
    for name, errors in (
        ("stdin", "surrogateescape"),
        ("stdout", "backslashreplace"),
        ("stderr", "backslashreplace"),
    ):
        if getattr(sys, name) is None:
            null, mode = os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w"
            # open as long as the process lives
            setattr(sys, name, open(null, mode, closefd=False))  # noqa: SIM115
        getattr(sys, name).reconfigure(errors=errors)


def let_go_of_output():
    """Write what still waits to be written; where nobody reads it any more, drop it without a word."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
