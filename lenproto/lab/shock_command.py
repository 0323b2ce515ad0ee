"""lenproto shock: gives a program all shocks, in a table that grows, and tells the first that it did not withstand."""

import ipaddress
import json
import sys

from lenproto.lab.shocks import (
    MARGIN_S,
    Outcome,
    client_shocks,
    server_shocks,
    shock_client,
    shock_server,
)

NOT_GIVEN = "not given"
WIDE = 120  # columns of the table where no terminal says how many there are
TIMEOUT_S = 2.0  # the time limit that the program under test should be started with


def run(address=None, client=None, *, only=None, as_json=False, timeout_s=TIMEOUT_S, yes=False):
    """Shock a server at address (ip, port), or a client started by a command; return the exit code.

    0: all were withstood. 1: at least one was not. 2: there is nothing to do, or it is not allowed.
    """
    if address and not yes and not _is_loopback(address[0]):
        return _refuse(
            f"{address[0]} is another computer. Shocks are for programs of your own: --yes says that it is one."
        )
    shocks = client_shocks(timeout_s) if client else server_shocks(timeout_s)
    chosen = [shock for shock in shocks if only in (None, shock.id)]
    if not chosen:
        return _refuse(
            f"There is no shock {only!r}. There are: {', '.join(shock.id for shock in shocks)}"
        )

    give = _to_client(client, timeout_s) if client else _to_server(address, timeout_s)
    try:
        outcomes = list(map(give, chosen)) if as_json else _with_a_table(chosen, give)
    except (KeyError, IndexError, ValueError) as error:
        return _refuse(
            f"The command cannot be started: {error}. It may hold {{ip}} and {{port}}, and no other braces."
        )
    except FileNotFoundError as error:
        return _refuse(f"The command cannot be started: {error.filename} is not there.")
    if as_json:
        print(json.dumps([outcome.as_json() for outcome in outcomes], indent=1))
    else:
        _tell(outcomes, client is None, timeout_s)
    return 0 if all(outcome.held for outcome in outcomes) else 1


def _to_client(command, timeout_s):
    """Return what gives a client one shock."""
    return lambda shock: shock_client(command, shock, timeout_s)


def _to_server(address, timeout_s):
    """Return what gives a server one shock; none any more once it serves nobody, for each would take its time."""
    last = []

    def give(shock):
        if last:
            return Outcome(
                shock, problem=f"{NOT_GIVEN}: since {last[0]!r} the server serves nobody"
            )
        outcome = shock_server(address, shock)
        if not outcome.held:
            polite = shock_server(address, server_shocks(timeout_s)[0], timeout_s + MARGIN_S)
            if not polite.held:
                last.append(shock.id)
        return outcome

    return give


def _with_a_table(shocks, give):
    """Give the shocks, and show a row for each as soon as it is over."""
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

    table, outcomes = Table(box=None), []
    for title in ("shock", "", "s", "what happened"):
        table.add_column(title, overflow="fold", justify="right" if title == "s" else "left")
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    with Live(table, refresh_per_second=8, console=console) as live:
        for number, shock in enumerate(shocks, 1):
            table.caption = f"{number} of {len(shocks)}: {shock.story}"
            live.refresh()
            outcomes.append(outcome := give(shock))
            if outcome.held:
                mark = "[green]✓ held[/]"
            else:
                mark = "– not given" if _not_given(outcome) else "[bold red]✗ failed[/]"
            table.add_row(
                _plain(shock.name), mark, f"{outcome.took_s:.2f}", _plain(str(outcome.problem))
            )
        table.caption = None
    return outcomes


def _tell(outcomes, is_server, timeout_s):
    """Print how many held, and the steps of the first that failed."""
    failed = [outcome for outcome in outcomes if not outcome.held]
    left_out = sum(map(_not_given, outcomes))
    print(
        f"\n{len(outcomes) - len(failed)} of {len(outcomes)} held"
        + (f", {left_out} were not given." if left_out else ".")
    )
    if left_out:
        print(
            "The server serves nobody any more. Start it again, and give single shocks with --only."
        )
    if failed:
        first = failed[0]
        print(f"\nThe first that failed: {first.shock.name}. {first.shock.story}")
        print(first)
        if not any(note.problem for note in first.played):
            print(f"  {first.problem}")
        side = "server" if is_server else "client"
        print(f"\nThe {side} should give up a silent peer after {timeout_s:g} s (--timeout).")


def _not_given(outcome):
    return str(outcome.problem).startswith(NOT_GIVEN)


def _plain(text):
    from rich.text import Text

    return Text("".join(letter if letter.isprintable() else "·" for letter in text))


def _is_loopback(ip):
    try:
        return ip == "localhost" or ipaddress.ip_address(ip).is_loopback
    except ValueError:  # a name, which may be anybody's
        return False


def _refuse(sentence):
    print(sentence, file=sys.stderr)
    return 2
