"""lenproto client: asks a server."""

from lenproto import client
from lenproto.commands.talk import add_address, add_timeout


def add_options(parser):
    """Add what the command takes."""
    add_address(parser)
    add_timeout(parser, client.SERVER_TIMEOUT_S)


def run(args):
    """Hold one conversation; return the exit code."""
    return 0 if client.main(args.ip, args.port, timeout_s=args.timeout) else 1
