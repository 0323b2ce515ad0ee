"""The options that a server and a client share."""

import argparse

from lenproto.wire import DEFAULT_IP, DEFAULT_PORT
from lenproto.words import say


def add_address(parser):
    """Add the options for the server's address."""
    parser.add_argument(
        "--ip", type=ip, default=DEFAULT_IP, help=say("commands.talk.ip", default=DEFAULT_IP)
    )
    port = say("commands.talk.port", default=DEFAULT_PORT)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=port)


def add_timeout(parser, default_s):
    """Add the option for the patience with the other side."""
    parser.add_argument(
        "--timeout",
        type=seconds,
        metavar=say("commands.placeholder.seconds"),
        default=default_s,
        help=say("commands.talk.timeout", default=default_s),
    )


def ip(text):
    """Return an address. An empty one stands for all networks of this computer: nobody means that by typing nothing."""
    if not text.strip():
        raise argparse.ArgumentTypeError(say("commands.talk.no-ip"))
    return text


def limit(text):
    """Return a time limit in seconds: one that there is."""
    limit_s = seconds(text)
    if limit_s is None:
        raise argparse.ArgumentTypeError(say("commands.talk.no-timeout", text=text))
    return limit_s


def seconds(text):
    """Return a time limit in seconds, or None for 0: no limit."""
    limit_s = float(text)
    if not 0 <= limit_s < 1e6:
        raise argparse.ArgumentTypeError(say("commands.talk.no-timeout", text=text))
    return limit_s or None
