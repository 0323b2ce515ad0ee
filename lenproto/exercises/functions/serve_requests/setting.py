"""What is set up for a case of serve_requests, and what it is given."""

import contextlib
import socket

from lenproto.exercises.functions.addresses import listener
from lenproto.exercises.functions.case import HEBREW_NAME
from lenproto.exercises.judging.driven import Driver
from lenproto.wire import DEFAULT_IP

SMALL_BUFFER = 4096  # bytes: so that unread answers soon fill it


def set_up(seen, stack):
    """Set up what a case needs; return the arguments of serve_requests."""
    server_socket = listener(stack)
    small = seen.case.setting == "flood"
    peer = stack.enter_context(socket.socket())
    if small:
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            peer.setsockopt(socket.SOL_SOCKET, buffer, SMALL_BUFFER)
    peer.connect(server_socket.getsockname())
    seen.sock = stack.enter_context(server_socket.accept()[0])
    if small:
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            seen.sock.setsockopt(socket.SOL_SOCKET, buffer, SMALL_BUFFER)
    peer.sendall(seen.case.before)
    seen.ports |= {peer.getsockname()[1], server_socket.getsockname()[1]}
    seen.driver = Driver(seen.case.script, sock=peer)
    stack.enter_context(_named(HEBREW_NAME if seen.case.setting == "hebrew-name" else "lena"))
    return seen.case.request, seen.sock


@contextlib.contextmanager
def _named(name):
    """In here this computer has another name, and knows by itself what that means: no name server is asked."""
    before = socket.gethostname, socket.gethostbyaddr, socket.gethostbyname
    socket.gethostname = lambda: name
    socket.gethostbyaddr = lambda host: (
        (name, [], [DEFAULT_IP]) if host == name else before[1](host)
    )
    socket.gethostbyname = lambda host: DEFAULT_IP if host == name else before[2](host)
    try:
        yield
    finally:
        socket.gethostname, socket.gethostbyaddr, socket.gethostbyname = before
