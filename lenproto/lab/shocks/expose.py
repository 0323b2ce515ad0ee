"""Exposes a server to a shock, then to a polite client, and tells what became of it.

On a stage, where that can be; what needs the clock, or more bytes than anybody could look at, is
given for real.
"""

import contextlib
import functools
import inspect

from lenproto.answers import ANSWERS
from lenproto.lab.shocks.real import for_real
from lenproto.lab.shocks.script import needs_the_clock
from lenproto.lab.shocks.staged import fits_a_stage
from lenproto.lab.shocks.table import server_shocks, shock_named
from lenproto.lab.shocks.watched import on_stage
from lenproto.server import CLIENT_TIMEOUT_S

STEADY_ANSWERS = ANSWERS | {
    "TIME": lambda: "2026-11-22 10:00:00",
    "NAME": lambda: "lena",
    "RAND": lambda: "7",
}
REAL_LIMIT_S = 0.5  # the time limit of a server that is shocked for real


def expose(shock, server):
    """Expose server(ip, port) to a shock (or the one of this name), then to a polite client; return its Fate.

    A server that takes answers=, a table, gets steady ones; with timeout_s=, a time limit, that is
    set where a shock is given for real. Returns in any case, and leaves nothing open.
    """
    shock = shock_named(shock) if isinstance(shock, str) else shock
    if isinstance(shock.script, (tuple, list)) and not fits_a_stage(shock):
        return _for_real(shock, server)
    fate = on_stage(shock, _with(server, answers=STEADY_ANSWERS))
    if (
        fate.held
        and needs_the_clock(shock.script, CLIENT_TIMEOUT_S)
        and "timeout_s" in _parameters(server)
    ):
        by_the_clock = _for_real(shock, server)
        if not by_the_clock.held:
            return by_the_clock
    return fate


def _for_real(shock, server):
    """Give a shock for real, as the table has it for a short time limit; one that is not in the table as it is."""
    table = server_shocks(REAL_LIMIT_S, framing=shock.framing)
    short = next((other for other in table if other.id == shock.id), shock)
    return for_real(short, _with(server, answers=STEADY_ANSWERS, timeout_s=REAL_LIMIT_S))


def _parameters(function):
    with contextlib.suppress(TypeError, ValueError):
        return inspect.signature(function).parameters
    return {}


def _with(function, **values):
    """The function with those of these values that it takes by name."""
    takes = {name: value for name, value in values.items() if name in _parameters(function)}
    return functools.partial(function, **takes) if takes else function
