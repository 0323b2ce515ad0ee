"""lenproto wireshark: what lets Wireshark read the protocol."""

import sys

from lenproto.commands.streams import plain
from lenproto.errors import why
from lenproto.lab import wireshark
from lenproto.wire import DEFAULT_PORT
from lenproto.words import say


def add_options(parser):
    """Add what the command takes."""
    parser.add_argument("--install", action="store_true", help=say("commands.wireshark.install"))
    port = say("commands.wireshark.port", default=DEFAULT_PORT)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=port)


def run(args):
    """Print the dissector, or install it; return the exit code."""
    if not args.install:
        print(wireshark.dissector(args.port), end="")
        return 0
    try:
        file = wireshark.install(args.port)
    except OSError as error:
        at = plain(str(wireshark.plugins()))
        print(say("commands.wireshark.cannot-install", file=at, why=why(error)), file=sys.stderr)
        return 1
    print(say("commands.wireshark.installed", file=plain(str(file))))
    return 0
