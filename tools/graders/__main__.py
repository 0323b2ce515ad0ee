"""30 submissions judged by lenproto, pytest, nbgrader and otter-grader, with the same cases: how fast, and how well.

    python tools/graders [--only TOOL] [--submissions N]
    python tools/graders --itself

Needs the dependency group graders: `uv run --extra lab --group graders python tools/graders`. Takes some
minutes, tells on standard error how far it is, and prints Markdown. Ctrl-C ends it, and all that it started.
With --itself lenproto alone is measured: how fast it is in each of its places, and whether it always says the same.

What counts as right, as naming the function and as giving a reason stands in verdict.py; who is judged in
submissions.py; the cases, as the other three run them, in plain.py.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # where lenproto lies

import itself
import report
import with_lenproto
import with_nbgrader
import with_otter
import with_pytest
from processes import GradersError
from submissions import chosen

TOOLS = {tool.NAME: tool for tool in (with_lenproto, with_pytest, with_nbgrader, with_otter)}


def number(text):
    """Return a whole number from 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def parse(argv):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python tools/graders", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--only", choices=TOOLS, action="append", help="only this tool; may be given again"
    )
    parser.add_argument(
        "--submissions", type=number, metavar="N", help="only the first N submissions"
    )
    parser.add_argument("--itself", action="store_true", help="measure lenproto alone instead")
    parser.add_argument(
        "--verbose", action="store_true", help="tell each verdict on standard error"
    )
    return parser.parse_args(argv)


def contest(tools, submissions, verbose):
    """Let each tool judge all; return name → (seconds in all, [(submission, verdict)])."""
    results = {}
    for name in tools:
        say(f"{name}: {len(submissions)} submissions")
        with tempfile.TemporaryDirectory() as folder:
            began, verdicts = time.monotonic(), []
            for submission, verdict in TOOLS[name].judge_all(submissions, Path(folder).resolve()):
                verdicts.append((submission, verdict))
                if verbose:
                    say(f"  {submission.kind} {submission.name}: {verdict}")
            results[name] = (time.monotonic() - began, verdicts)
    return results


def say(line):
    """Show on standard error how far it is."""
    print(line, file=sys.stderr, flush=True)


def main(argv=None):
    """Run it; return the exit code."""
    options = parse(argv)
    # nbgrader looks for alembic
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    )
    # so that what is running is ended as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if options.itself:
            print(itself.text(say))
        else:
            results = contest(
                options.only or TOOLS, chosen()[: options.submissions], options.verbose
            )
            print(report.text(results, TOOLS))
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except GradersError as error:
        say(f"graders: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
