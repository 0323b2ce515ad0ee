"""lenproto class: judges a class's files as they change, and shows in a browser where all are."""

import argparse
import asyncio
import importlib.util
import ipaddress
import os
import socket
import sys
from pathlib import Path

from lenproto.commands.numbers import jobs
from lenproto.commands.streams import plain
from lenproto.commands.talk import ip
from lenproto.errors import why
from lenproto.exercises.classes.live.state import MINUTES, SAVES
from lenproto.wire import DEFAULT_IP
from lenproto.words import say

CANNOT_LISTEN, NOT_THERE = 1, 2  # exit codes
JOBS = min(2, os.cpu_count() or 1)  # the class works on the same computer, perhaps
NEEDED = ("tornado", "watchfiles", "jinja2")


def add_options(parser):
    """Add what the command takes."""
    add, number = parser.add_argument, say("commands.placeholder.number")
    add("folder", metavar=say("commands.placeholder.folder"), help=say("commands.class.folder"))
    add("--ip", type=ip, default=DEFAULT_IP, help=say("commands.class.ip", default=DEFAULT_IP))
    add("--port", type=int, default=0, help=say("commands.class.port"))
    add(
        "--jobs",
        type=jobs,
        default=JOBS,
        metavar=number,
        help=say("commands.class.jobs", default=JOBS),
    )
    add(
        "--saves",
        type=jobs,
        default=SAVES,
        metavar=number,
        help=say("commands.class.saves", default=SAVES),
    )
    add(
        "--minutes",
        type=minutes,
        default=MINUTES,
        metavar=number,
        help=say("commands.class.minutes", default=f"{MINUTES:g}"),
    )


def minutes(text):
    """Return a number of minutes."""
    try:
        many = float(text)
    except ValueError:
        many = 0.0
    if not 0 < many < 1000:
        raise argparse.ArgumentTypeError(say("commands.class.no-minutes", text=repr(text)))
    return many


def run(args):
    """Show a class until Ctrl-C; return the exit code: 2 where there is no such folder, 1 where nothing can listen."""
    folder = Path(args.folder)
    if not folder.is_dir():
        return _refuse(say("commands.class.no-folder", folder=args.folder))
    if missing := [name for name in NEEDED if not importlib.util.find_spec(name)]:
        return _refuse(say("commands.class.needs", packages=missing, install=" ".join(missing)))
    try:
        listener = _listening(args.ip, args.port)
    except (OSError, OverflowError) as error:
        address = f"{args.ip}:{args.port}"
        _refuse(say("commands.class.cannot-listen", address=address, why=why(error)))
        return CANNOT_LISTEN
    from lenproto.exercises.classes.live.server import Keys

    keys = Keys()
    _tell(folder, args.ip, listener.getsockname()[1], keys)
    asyncio.run(_serve(folder, args, listener, keys))
    return 0


async def _serve(folder, args, listener, keys):
    from lenproto.exercises.classes.live.classroom import Classroom
    from lenproto.exercises.classes.live.server import serve

    classroom = Classroom(folder, jobs=args.jobs, saves=args.saves, minutes=args.minutes)
    await serve(classroom, listener, keys, not is_loopback(args.ip))


def _listening(ip, port):
    """Return a socket that listens, for an event loop. Raises OSError, OverflowError."""
    if not 0 <= port < 65536:  # create_server() would find that out late, and leave a socket open
        raise OverflowError(port)
    family, *_, found = socket.getaddrinfo(ip, None, type=socket.SOCK_STREAM)[0]
    listener = socket.create_server((found[0], port), family=family)
    listener.setblocking(False)
    return listener


def is_loopback(ip):
    """Whether an address can be reached from this computer alone."""
    try:
        return all(
            ipaddress.ip_address(found[4][0].partition("%")[0]).is_loopback
            for found in socket.getaddrinfo(ip, None)
        )
    except (OSError, ValueError):
        return False


def _tell(folder, ip, port, keys):
    """Print both addresses, who can open them, and what is read."""
    print(say("commands.class.watching", folder=plain(str(folder.resolve()))))
    host = _host(ip)
    for page, token in sorted(keys.tokens.items(), reverse=True):  # the teacher's first
        url = f"http://{host}:{port}/{page}?token={token}"
        # the address by itself: whoever clicks it gets nothing else with it
        print(say(f"commands.class.page.{page}"), f"  {url}", sep="\n")
    print(say("commands.class.loopback" if is_loopback(ip) else "commands.class.open"))
    print(say("commands.class.sends-nothing"), flush=True)


def _host(ip):
    """What stands in an address for a browser: of all networks at once, this computer's name."""
    try:
        known = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if known.is_unspecified:
        return socket.gethostname()
    return f"[{ip}]" if known.version == 6 else ip


def _refuse(sentence):
    print(plain(sentence), file=sys.stderr)
    return NOT_THERE
