"""lenproto server: answers clients."""

import sys

from lenproto import server
from lenproto.answers import ANSWERS
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


def run(args):
    """Serve until Ctrl-C; return the exit code."""
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
