"""lenproto shock: gives a program all shocks, in a table that grows, and tells the first that it did not withstand."""

import argparse
import ipaddress
import json
import sys

from lenproto.commands.streams import plain
from lenproto.commands.talk import limit
from lenproto.lab.shocks.player import Outcome, shock_client, shock_server
from lenproto.lab.shocks.table import MARGIN_S, client_shocks, server_shocks
from lenproto.words import Words, say

WIDE = 120  # columns of the table where no terminal says how many there are
TIMEOUT_S = 2.0  # the time limit that the program under test should be started with
REFUSED = 2  # exit code
# steps of a polite client, until it has the greeting: it connects, sends Hi, and receives
GREETED = 3


class NotGiven(Outcome):
    """What became of a shock that was not even given."""


class NoServer(Exception):
    """Who is at the address can be given no shock at all: why."""


def add_options(parser):
    """Add what the command takes."""
    add = parser.add_argument
    add(
        "address",
        nargs="?",
        type=address,
        metavar="IP:PORT",
        help=say("commands.shock.address"),
    )
    command = say("commands.placeholder.command")
    form = f"{command} {{ip}} {{port}}"
    add("--client", metavar=command, help=say("commands.shock.client", command=form))
    add("--only", metavar=say("commands.placeholder.name"), help=say("commands.shock.only"))
    add(
        "--timeout",
        type=limit,
        default=TIMEOUT_S,
        metavar=say("commands.placeholder.seconds"),
        help=say("commands.shock.timeout", default=TIMEOUT_S),
    )
    add("--json", action="store_true", help=say("commands.shock.json"))
    add("--yes", action="store_true", help=say("commands.shock.yes"))


def address(text):
    """Return the (ip, port) of IP:PORT."""
    ip, _, port = text.rpartition(":")
    if not (ip.strip() and port.isdecimal() and 0 < int(port) < 65536):
        raise argparse.ArgumentTypeError(say("commands.shock.no-address", text=repr(text)))
    return ip, int(port)


def run(args):
    """Shock a server at an address, or a client started by a command; return the exit code.

    0: all were withstood. 1: at least one was not. 2: there is nothing to do, or it is not allowed.
    """
    if (args.address is None) == (args.client is None):
        return _refuse("either")
    try:
        import rich  # noqa: F401
    except ImportError:
        return _refuse("needs-rich")
    if args.address and not args.yes and not _is_loopback(args.address[0]):
        return _refuse("another-computer", ip=args.address[0])
    shocks = client_shocks(args.timeout) if args.client else server_shocks(args.timeout)
    chosen = [shock for shock in shocks if args.only in (None, shock.id)]
    if not chosen:
        names = [shock.id for shock in shocks]
        return _refuse("no-shock", shock=repr(args.only), shocks=names)

    give = (
        _to_client(args.client, args.timeout)
        if args.client
        else _to_server(args.address, args.timeout)
    )
    outcomes = []
    try:
        (_silently if args.json else _with_a_table)(chosen, give, outcomes)
    except (KeyError, IndexError, ValueError) as error:
        return _refuse("no-command", why=error, ip="{ip}", port="{port}")
    except FileNotFoundError as error:
        return _refuse("no-program", program=error.filename)
    except PermissionError as error:
        return _refuse("no-permission", program=error.filename)
    except NoServer as why:
        return _refuse_with(str(why))
    except KeyboardInterrupt:
        _show(args, outcomes, len(chosen))
        raise
    _show(args, outcomes, len(chosen))
    return 0 if all(outcome.held for outcome in outcomes) else 1


def _show(args, outcomes, many):
    """Print what came of the shocks that were given, of so many."""
    if args.json:
        print(json.dumps([outcome.as_json() for outcome in outcomes], indent=1))
    else:
        _tell(outcomes, args.client is None, args.timeout, many)


def _to_client(command, timeout_s):
    """Return what gives a client one shock."""
    return lambda shock: shock_client(command, shock, timeout_s)


def _to_server(address, timeout_s):
    """Return what gives a server one shock; none any more once it serves nobody, for each would take its time."""
    given, last = [], []

    def give(shock):
        if last:
            problem = Words("commands.shock.serves-nobody", shock=repr(last[0]))
            return NotGiven(shock, problem=problem)
        outcome = shock_server(address, shock)
        if not given:
            _look_for_a_server(address, outcome)
        given.append(shock)
        if not outcome.held:
            polite = shock_server(address, server_shocks(timeout_s)[0], timeout_s + MARGIN_S)
            if not polite.held:
                last.append(shock.id)
        return outcome

    return give


def _look_for_a_server(address, first):
    """Look at what became of the first shock. NoServer where nobody listens, or who does speaks another protocol."""
    ip, port = address
    wrong = next((note for note in first.played if note.problem), None)
    if not wrong:
        return
    if wrong.number == 1:  # connect
        raise NoServer(
            say("commands.shock.nobody-listens", address=f"{ip}:{port}", why=wrong.problem)
        )
    if first.shock.manner == "polite" and wrong.number <= GREETED:
        raise NoServer(
            say("commands.shock.another-protocol", address=f"{ip}:{port}", why=first.problem)
        )


def _silently(shocks, give, outcomes):
    """Give the shocks, and put what became of each to the outcomes."""
    for shock in shocks:
        outcomes.append(give(shock))


def _with_a_table(shocks, give, outcomes):
    """The same, and show a row for each as soon as it is over."""
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

    table = Table(box=None)
    for name in ("shock", None, "seconds", "problem"):
        title = say(f"commands.shock.column.{name}") if name else ""
        table.add_column(title, overflow="fold", justify="right" if name == "seconds" else "left")
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    with Live(table, refresh_per_second=8, console=console) as live:
        try:
            for number, shock in enumerate(shocks, 1):
                table.caption = say(
                    "commands.shock.caption", n=number, all=len(shocks), story=shock.story
                )
                live.refresh()
                outcomes.append(outcome := give(shock))
                table.add_row(
                    _plain(shock.name),
                    _mark(outcome),
                    f"{outcome.took_s:.2f}",
                    _plain(str(outcome.problem)),
                )
        except NoServer:
            live.transient = True  # a table without a row says nothing
            raise
        finally:
            table.caption = None


def _mark(outcome):
    """Return in a word, with its colour, what became of a shock."""
    from rich.text import Text

    if _not_given(outcome):
        return Text(say("commands.shock.not-given"))
    if outcome.held:
        return Text(say("commands.shock.held"), style="green")
    return Text(say("commands.shock.failed"), style="bold red")


def _tell(outcomes, is_server, timeout_s, many):
    """Print how many of those that were given held, and the steps of the first that failed."""
    print()
    failed = [outcome for outcome in outcomes if not outcome.held]
    held, left_out = len(outcomes) - len(failed), sum(map(_not_given, outcomes))
    if left_out:
        print(
            say("commands.shock.total-not-given", held=held, all=len(outcomes), n=left_out),
            say("commands.shock.start-again"),
            sep="\n",
        )
    elif len(outcomes) < many:
        print(say("commands.shock.total-so-far", held=held, given=len(outcomes), all=many))
    else:
        print(say("commands.shock.total", n=held, all=len(outcomes)))
    if failed:
        first = failed[0]
        print()
        print(say("commands.shock.first", shock=first.shock.name, story=first.shock.story))
        print(first)
        if not any(note.problem for note in first.played):
            print(f"  {first.problem}")
        side = "server" if is_server else "client"
        print()
        print(say(f"commands.shock.{side}-limit", limit=f"{timeout_s:g}"))


def _not_given(outcome):
    return isinstance(outcome, NotGiven)


def _plain(text):
    from rich.text import Text

    return Text(plain(text).replace("\n", "·"))


def _is_loopback(ip):
    try:
        return ip == "localhost" or ipaddress.ip_address(ip).is_loopback
    except ValueError:  # a name, which may be anybody's
        return False


def _refuse(reason, **values):
    return _refuse_with(say(f"commands.shock.{reason}", **values))


def _refuse_with(sentence):
    print(plain(sentence), file=sys.stderr)
    return REFUSED
