"""Numbers on the command line."""

import argparse

from lenproto.words import say


def jobs(text):
    """Return a number of jobs, or of other things."""
    if not (text.isdecimal() and 0 < int(text) < 1000):
        raise argparse.ArgumentTypeError(say("commands.no-number", text=repr(text)))
    return int(text)
