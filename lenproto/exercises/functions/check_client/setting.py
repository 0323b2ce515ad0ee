"""What is set up for a case of check_client, and what it is given."""

import socket

from lenproto.exercises.functions.addresses import listener
from lenproto.exercises.judging.driven import Driver


def set_up(seen, stack):
    """Set up what a case needs; return the arguments of check_client."""
    seen.sock = listener(stack)
    seen.ports.add(seen.sock.getsockname()[1])

    def connect():
        peer = stack.enter_context(socket.create_connection(seen.sock.getsockname()))
        seen.peer_address = peer.getsockname()
        seen.ports.add(seen.peer_address[1])
        return peer

    seen.driver = Driver(seen.case.script, connect=connect)
    return (seen.sock,)
