"""What commands print, and where to: streams that are closed, lack letters, or that nobody reads any more."""

import errno
import os
import sys

from lenproto.words import END_ISOLATE, ISOLATE

HARMLESS = {"\n", ISOLATE, END_ISOLATE}  # of what is no letter; a language may isolate its values


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


def nobody_reads(error):
    """Whether an error of printing says that nobody reads on (check FILE | head). Windows has another one for it."""
    is_windows = os.name == "nt" and error.errno == errno.EINVAL
    return isinstance(error, BrokenPipeError) or is_windows


def plain(text):
    """Return a text without what would steer a terminal: what learners print may be anything."""
    return "".join(letter if letter.isprintable() or letter in HARMLESS else "·" for letter in text)
