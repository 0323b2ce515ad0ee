"""Addresses at which the peers of cases are."""

import socket

from lenproto.wire import DEFAULT_IP

OTHER_IP = "127.0.0.2"


def listener(stack, ip=DEFAULT_IP):
    """A socket that listens at a free port, closed with the stack."""
    return stack.enter_context(socket.create_server((ip, 0)))


def other_ip():
    """Another address of this computer, if it has one: some systems know only one for themselves."""
    with socket.socket() as probe:
        try:
            probe.bind((OTHER_IP, 0))
        except OSError:
            return DEFAULT_IP
        return OTHER_IP
