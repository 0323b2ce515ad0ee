"""What the steps share: their cases, what is set up for them, and what may be wrong with what they give back."""

import re
import socket
from collections.abc import Callable

from lenproto.exercises.functions import table_of
from lenproto.exercises.functions.addresses import listener
from lenproto.exercises.functions.case import Case, of_level
from lenproto.exercises.functions.finding import (
    SHOWN_BYTES,
    ended_otherwise,
    first_wrong,
    last_line,
    reads,
    thing,
)
from lenproto.exercises.functions.finding import found as named
from lenproto.exercises.judging.driven import ON_THE_WAY_S, Driver
from lenproto.lab.call import SENDING, literal
from lenproto.lab.shocks.table import told
from lenproto.wire import DEFAULT_IP

STEPS = "steps"  # the table of what goes for any step
SHOWN = 40  # characters of what is given to a step, in the name of a case


def called(step, *given, wants):
    """A case of a step that talks to nobody: it is given this, and that has to come back."""
    call = f"{step}({', '.join(map(_short, given))})"
    words = told("cases.steps.called", call=call, wants=thing(wants))
    return Case(step, "spec", call, given=given, wants=wants, **words)


def meets(step, id, *script, **more):
    """A case of a step whose peer plays a script."""
    return of_level(step, "spec", id, *script, **more)


def found(step, name, /, data=b"", at=None, where=None, **evidence):
    """Return the Finding of this name, out of the table of the step's lesson."""
    return named(name, data, at, where, of=table_of(step), **evidence)


# ---- what is set up ----


def given(seen, stack):
    """Nobody else: what it is given is all."""
    return seen.case.given


def connected(seen, stack):
    """A socket that is connected to the peer, before what is given besides."""
    server_socket = listener(stack)
    seen.sock = stack.enter_context(socket.create_connection(server_socket.getsockname()))
    peer = stack.enter_context(server_socket.accept()[0])
    seen.driver = Driver(seen.case.script, sock=peer)
    seen.ports |= {seen.sock.getsockname()[1], server_socket.getsockname()[1]}
    return seen.sock, *seen.case.given


def listening(seen, stack):
    """The address of a server that plays the script; where there is no script, one at which nobody listens."""
    if not seen.case.script:
        held = stack.enter_context(socket.socket())
        held.bind((DEFAULT_IP, 0))
        seen.address = held.getsockname()
        return seen.address
    server_socket = listener(stack)
    seen.address = server_socket.getsockname()
    server_socket.settimeout(ON_THE_WAY_S)
    seen.driver = Driver(
        seen.case.script, connect=lambda: stack.enter_context(server_socket.accept()[0])
    )
    return seen.address


# ---- what came back ----


def explain_result(seen, readings=()):
    """Return the Finding of a step that talks to nobody: readings are pairs of a name and fits(result, *given)."""
    return ended_otherwise(seen) or result(seen, readings)


def result(seen, readings: tuple[tuple[str, Callable[..., bool]], ...] = ()):
    """Return the Finding for what came back; None where that is right.

    readings tell what somebody may have thought, the likeliest first: a name, and fits(result, *given).
    """
    case, got = seen.case, seen.result
    if seen.ending != "returned" or same(got, case.wants):
        return None
    if got is None:
        shown = str(case.wants).strip() and str(case.wants) in seen.printed
        return named("gives-nothing.printed" if shown else "gives-nothing.at-all", of=STEPS)
    evidence = {"result": thing(got), "wants": thing(case.wants)}
    name, marked = "another-result.value", _marked(got, case.wants)
    for reading, fits in readings:
        if _fits(fits, got, *case.given):
            return found(case.function, reading, *marked, **evidence)
    if isinstance(case.wants, str) and isinstance(got, bytes | bytearray):
        name = "gives-bytes"
    elif isinstance(case.wants, bytes) and isinstance(got, str):
        name = "gives-text"
    elif type(case.wants) is int and isinstance(got, str | bytes):
        name = "gives-digits"
    return named(name, *marked, of=STEPS, **evidence)


def same(got, wants):
    """Whether two results are the same to who asked: 1 is not True, and b"4" is not "4"."""
    if isinstance(wants, bytes):
        return isinstance(got, bytes | bytearray) and bytes(got) == wants
    return type(got) is type(wants) and got == wants


def reads_nothing(seen):
    """Return the Finding of a step that returned, and has asked for no bytes; None where it has."""
    asked = reads(seen) or seen.ending != "returned"
    return None if asked else named("reads-nothing", of=STEPS)


def missing_name(seen):
    """The name that was used before it was made; None where no such error ended it."""
    if not isinstance(seen.error, NameError):
        return None
    # a local one is told by nothing but Python's sentence
    return seen.error.name or next(iter(re.findall(r"'(\w+)'", str(seen.error))), "")


def said(seen):
    """All bytes that it has sent, also those that its peer had no time to read."""
    return b"".join(call.data for call in seen.trace if call.name in SENDING)


def sent_otherwise(seen, due, name):
    """Return the Finding of this name where it sent other bytes than are due."""
    sent = said(seen)
    if sent == due:
        return None
    at, shown = first_wrong(sent, due), literal(sent[:SHOWN_BYTES])
    return found(seen.case.function, name, sent, at, last_line(seen), bytes=shown, due=literal(due))


def _marked(got, wants):
    """The bytes that came back, and the first that is wrong, where both are bytes."""
    if not (isinstance(got, bytes | bytearray) and isinstance(wants, bytes)):
        return ()
    return bytes(got), first_wrong(got, wants)


def _fits(fits, *values):
    try:
        return fits(*values)
    except (TypeError, ValueError, AttributeError, LookupError):  # another kind of thing
        return False


def _short(value):
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
