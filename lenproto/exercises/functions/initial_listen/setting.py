"""What is set up for a case of initial_listen, and what it is given."""

import contextlib
import socket

from lenproto.exercises.functions.addresses import other_ip
from lenproto.lab import ports
from lenproto.wire import DEFAULT_IP

NO_SUCH_IP = "192.0.2.1"  # RFC 5737: an address that no computer has


def set_up(seen, stack):
    """Set up what a case needs; return the arguments of initial_listen."""
    if seen.case.setting == "no-such-address":
        seen.address = NO_SUCH_IP, 0
        return seen.address
    ip = other_ip() if seen.case.setting == "another-address" else DEFAULT_IP
    reserved = stack.enter_context(ports.reserve(ip))
    seen.address = (ip, 0) if seen.case.setting == "any-port" else reserved.getsockname()
    if seen.case.setting == "taken-port":
        with contextlib.suppress(AttributeError, OSError):
            # so that one who wants to share it can: not every system knows that
            reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.listen()
    else:
        seen.sock = reserved  # let go when the function binds
    return seen.address
