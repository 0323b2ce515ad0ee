"""The conversation with a misbehaving client, line by line: who, what, and the server's line."""

import linecache
from typing import NamedTuple

from lenproto.lab.call import SENDING
from lenproto.lab.shocks.staged import READ_ON_BYTES, in_short
from lenproto.words import isolated, say

NEXT = "next"  # whose a line of a conversation is: a client that came after


class Line(NamedTuple):
    """A line of a conversation: whose it is, "client" or "server", or NEXT for a client that comes after; its text."""

    kind: str
    text: str


def conversation(trace):
    """One line for each call with the misbehaving client, in order; what the next one met in one line."""
    first, lines, mine, reads_on = first_connection(trace), [], True, False
    for call in trace.in_order():
        if call.actor == "client" and call.name == "connect" and call.connection != first:
            mine = False  # the next client
            refused = isinstance(call.result, BaseException)
            next_one = say(f"shocks.talk.next-{'refused' if refused else 'connects'}")
            lines.append(Line(NEXT, f"client  {next_one}"))
        if (
            call.name in ("bind", "listen")
            or (call.connection or first) != first
            or (call.actor == "client" and not mine)
        ):
            continue
        read_on, reads_on = reads_on, _reads_on(call)
        if read_on and reads_on:
            continue  # in how many pieces it comes is the system's affair
        place = say("shocks.talk.line", n=call.where.line) if call.actor == "server" else ""
        if call.name == "accept" and call.ended is None:
            lines.append(_line(call, say("shocks.talk.waits"), place))
        else:
            lines.append(_line(call, _words(call), place))
    return lines


def _line(call, what, place):
    told = f"{call.actor}  {isolated(what)}{' ' * (34 - len(what))}{isolated(place)}"
    return Line(call.actor, told.rstrip())


def _reads_on(call):
    """Whether it is the client's reading of what it did not expect, and bytes came."""
    return call.actor == "client" and call.argument == READ_ON_BYTES and bool(call.data)


def _words(call):
    """A call in a few words: its bytes, or how many; what became of it."""
    if call.name in ("connect", "accept", "close", "shutdown"):
        reset = (
            call.name == "close"
            and linecache.getline(call.where.file, call.where.line).strip() == "peer.reset()"
        )
        failed = (
            f" → {type(call.result).__name__}" if isinstance(call.result, BaseException) else ""
        )
        return (say("shocks.talk.reset") if reset else call.name) + failed
    if call.name in SENDING and not isinstance(call.result, BaseException):
        return f"{call.name} {in_short(call.argument)}"
    if call.ended is None:
        return say("shocks.talk.call-waits", call=call.text())
    if call.at_end_of_stream:
        return say("shocks.talk.end", call=call.text())
    got = in_short(call.result) if isinstance(call.result, bytes) else call.outcome()
    return f"{call.text()} → {got}"


def first_connection(trace):
    """The number of the connection with the misbehaving client; None if there is none."""
    return next((call.connection for call in trace if call.connection), None)
