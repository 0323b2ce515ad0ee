"""How many requests a second one connection carries: lenproto beside other ways to serve the same protocol.

    python tools/benchmark [--rounds 9] [--requests 8000] [--unpinned]

Runs from a clean clone, with nothing installed; with Twisted, if it is there, and a C compiler, if
it is there: `uv run --group bench python tools/benchmark`. Takes under a minute, tells on standard
error how far it is, and prints Markdown. Ctrl-C ends it.

Every server gets the same load: a client that asks for NAME, waits for the whole answer, asks
again. The two take turns, so they lose nothing by sharing one processor core; on two, what is
measured is mostly how long the system takes to wake a sleeping core. They are therefore pinned to
one where the system lets us; --unpinned leaves them where it puts them.
"""

import argparse
import os
import signal
import sys

import report
from runs import BenchmarkError, contest


def number(text):
    """Return a whole number from 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def parse(argv):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python tools/benchmark", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--rounds", type=number, default=9, help="each server's turns (default %(default)s)"
    )
    parser.add_argument(
        "--requests", type=number, default=8000, help="requests in a turn (default %(default)s)"
    )
    parser.add_argument(
        "--unpinned", action="store_true", help="do not hold client and server on one core"
    )
    return parser.parse_args(argv)


def pin():
    """Hold this process, and those it starts, on one core. Return whether the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return True


def main(argv=None):
    """Run the benchmark; return the exit code."""
    options = parse(argv)
    # so that what is running is ended as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cores = os.cpu_count()
    pinned = not options.unpinned and pin()
    try:
        results = contest(options.rounds, options.requests)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BenchmarkError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    print(report.text(results, options, cores=cores, pinned=pinned))
    return 0


if __name__ == "__main__":
    sys.exit(main())
