"""What is set up for a case of send_requests, and what it is given."""

import socket

from lenproto.answers import ANSWERS
from lenproto.exercises.functions.addresses import listener
from lenproto.exercises.judging.driven import Driver
from lenproto.wire import greeting


def set_up(seen, stack):
    """Set up what a case needs; return the arguments of send_requests."""
    server_socket = listener(stack)
    seen.sock = stack.enter_context(socket.create_connection(server_socket.getsockname()))
    peer = stack.enter_context(server_socket.accept()[0])
    seen.driver = Driver(seen.case.script, sock=peer)
    seen.ports |= {seen.sock.getsockname()[1], server_socket.getsockname()[1]}
    answer = "" if seen.case.setting == "no-answer" else greeting(ANSWERS).decode()
    return answer, seen.sock
