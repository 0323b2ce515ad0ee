"""who_talks_to_whom(sock): the addresses of both ends of a connection."""

import functools
import socket

from lenproto.exercises.functions.addresses import listener
from lenproto.exercises.functions.finding import ended_otherwise, thing
from lenproto.exercises.functions.finding import found as named
from lenproto.exercises.steps import common

NAME = "who_talks_to_whom"
found = functools.partial(common.found, NAME)

CASES = [
    common.meets(NAME, "the client's end", entry="own"),
    common.meets(NAME, "the accepted end", setting="accepted"),
]


def set_up(seen, stack):
    """Two ends of a connection; it is given one of them."""
    server_socket = listener(stack)
    client_socket = stack.enter_context(socket.create_connection(server_socket.getsockname()))
    accepted_socket = stack.enter_context(server_socket.accept()[0])
    seen.sock = accepted_socket if seen.case.setting == "accepted" else client_socket
    seen.address, seen.peer_address = seen.sock.getsockname(), seen.sock.getpeername()
    return (seen.sock,)


def explain(seen):
    if wrong := ended_otherwise(seen):
        return wrong
    own, other = seen.address, seen.peer_address
    got = seen.result
    if got is None:
        shown = str(own[1]) in seen.printed
        return named("gives-nothing.printed" if shown else "gives-nothing.at-all", of=common.STEPS)
    pair = [tuple(each) if isinstance(each, tuple | list) else each for each in _items(got)]
    if pair == [own, other]:
        return None
    if pair == [other, own]:
        return found("swaps-the-ends")
    if pair in ([own, own], [other, other]):
        return found("one-end-twice", end="getsockname()" if pair[0] == own else "getpeername()")
    if pair in ([own[1], other[1]], [own[0], other[0]]):
        left_out = "address" if pair[0] == own[1] else "port"
        return found(f"half-an-address.{left_out}")
    if pair in ([*own], [*other]):
        return found("one-end-only", end="getsockname()" if pair == [*own] else "getpeername()")
    return named("another-result.pair", of=common.STEPS, result=thing(got))


def _items(value):
    return value if isinstance(value, tuple | list) else ()
