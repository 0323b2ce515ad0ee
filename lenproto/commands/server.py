"""lenproto server: answers clients."""

import sys

from lenproto import server
from lenproto.answers import ANSWERS
from lenproto.commands.streams import plain
from lenproto.commands.talk import add_address, add_timeout
from lenproto.errors import why
from lenproto.wire import frame
from lenproto.words import say


def add_options(parser):
    """Add what the command takes."""
    add_address(parser)
    name = say("commands.server.name")
    parser.add_argument("--name", metavar=say("commands.placeholder.name"), help=name)
    add_timeout(parser, server.CLIENT_TIMEOUT_S)
    file = say("commands.placeholder.file")
    parser.add_argument("--from", dest="file", metavar=file, help=say("commands.server.from"))


def run(args):
    """Serve until Ctrl-C; return the exit code."""
    if args.file is not None:
        return _run_own(args)
    answers = ANSWERS
    if args.name is not None:
        answers = ANSWERS | {"NAME": lambda: args.name}
    try:
        frame(args.name or "")
        server.main(args.ip, args.port, answers=answers, timeout_s=args.timeout)
    except (OSError, OverflowError, ValueError, TypeError) as error:
        address = f"{args.ip}:{args.port}"
        print(
            say("commands.server.cannot-listen", address=address, why=why(error)), file=sys.stderr
        )
        return 1
    return 0


def _run_own(args):
    """Serve with a learner's own functions."""
    from lenproto.exercises.judging.submission import NotReadable
    from lenproto.exercises.learner import own_server
    from lenproto.lab.program import LabError

    try:
        own_server.run(args.file, args.ip, args.port)
    except NotReadable as error:
        sentence = say("commands.server.no-functions", file=args.file, why=error.words)
    except LabError as error:
        sentence = say("commands.server.ended", why=str(error))
    print(plain(sentence), file=sys.stderr)
    return 1
