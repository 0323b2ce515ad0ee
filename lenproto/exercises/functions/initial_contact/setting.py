"""What is set up for a case of initial_contact, and what it is given."""

import socket

from lenproto.exercises.functions.addresses import listener, other_ip
from lenproto.exercises.judging.driven import ON_THE_WAY_S, Driver
from lenproto.lab.shocks.table import NO_SUCH_ADDRESS
from lenproto.wire import DEFAULT_IP


def set_up(seen, stack):
    """Set up what a case needs; return the arguments of initial_contact."""
    if seen.case.setting == "no-such-address":
        return NO_SUCH_ADDRESS, 8820
    if not seen.case.script:  # the port is held, and refuses
        held = stack.enter_context(socket.socket())
        held.bind((DEFAULT_IP, 0))
        seen.address = held.getsockname()
        return seen.address
    server_socket = listener(
        stack, other_ip() if seen.case.setting == "another-address" else DEFAULT_IP
    )
    seen.address = server_socket.getsockname()
    server_socket.settimeout(ON_THE_WAY_S)
    seen.driver = Driver(
        seen.case.script, connect=lambda: stack.enter_context(server_socket.accept()[0])
    )
    return seen.address
