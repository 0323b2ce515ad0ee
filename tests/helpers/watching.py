"""What the tests of the lab share: calls made by hand, two sides on one connection, and a busy computer."""

import contextlib
import socket
import sys
import threading

from helpers.peers.bare import TIME_LIMIT_S
from lenproto.lab.call import Call, Where
from lenproto.lab.tap import METHODS, Tap
from lenproto.lab.trace import Trace

SOCKET_CLASS = dict(vars(socket.socket))  # as it was before any test began


def is_untouched():
    """Whether socket.socket and the two standard streams are what they were before anything was watched."""
    now = vars(socket.socket)
    methods = all(
        now.get(name) is SOCKET_CLASS.get(name) for name in {*METHODS, *now, *SOCKET_CLASS}
    )
    return methods and "_ByThread" not in (type(sys.stdout).__name__, type(sys.stderr).__name__)


def call(actor, name, argument=None, result=None, *, connection=1, started=0.0, ended=1.0):
    """Return a Call made by hand."""
    return Call(
        actor, name, argument, Where("f", 7, "learner.py"), started, result, ended, connection
    )


def trace_of(*calls):
    """Return a Trace of these calls, which has every connection from its beginning."""
    trace = Trace(calls)
    trace.whole = {call.connection for call in calls}
    return trace


def lines(trace):
    """Return the lines of print(trace) below its heading."""
    return str(trace).split("\n")[2:]


def names(trace, actor):
    """Return what one side called, in order."""
    return [call.name for call in trace if call.actor == actor]


def beside(function, *arguments):
    """Return a started thread that runs the function."""
    thread = threading.Thread(target=function, args=arguments)
    thread.start()
    return thread


@contextlib.contextmanager
def joined(thread):
    """Join the thread at the end of the block; it must end then."""
    try:
        yield thread
    finally:
        if thread.ident:
            thread.join(TIME_LIMIT_S)
    assert not thread.is_alive()


def talk(client, server):
    """Run client() here and server() in a thread, both recorded from their first call on; return the trace."""
    with (
        joined(threading.Thread(target=server)) as thread,
        Tap({threading.current_thread(): "client", thread: "server"}) as trace,
    ):
        thread.start()
        client()
        thread.join(TIME_LIMIT_S)
    return trace


@contextlib.contextmanager
def busy():
    """A computer with other things to do: two threads that compute, and a thread switch at every chance."""
    done, before = threading.Event(), sys.getswitchinterval()

    def compute():
        while not done.is_set():
            sum(range(50))

    sys.setswitchinterval(1e-6)
    threads = [beside(compute) for _ in range(2)]
    try:
        yield
    finally:
        done.set()
        sys.setswitchinterval(before)
        for thread in threads:
            thread.join(TIME_LIMIT_S)
