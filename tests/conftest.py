"""What all tests share: a pair of connected sockets, a scripted server, and the check that no test leaves a thing."""

import contextlib
import gc
import os
import pathlib
import socket
import subprocess
import sys
import threading

import pytest
from peers.bare import TIME_LIMIT_S, ScriptedServer


def alive(kind):
    """Return the objects of a class, and of those made from it, that the interpreter still knows."""
    kinds = [kind]
    for each in kinds:
        kinds += each.__subclasses__()
    return [thing for thing in gc.get_referrers(*kinds) if type(thing) in kinds]  # an object refers to its class


def open_sockets():
    """Return a name for each open socket of this process."""
    if sys.platform != "linux":
        return {f"{sock!r} at {id(sock)}" for sock in alive(socket.socket) if sock.fileno() != -1}
    found = set()
    for descriptor in pathlib.Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the descriptor that lists the folder is gone by now
            found.add(os.readlink(descriptor))
    return {name for name in found if name.startswith("socket:")}


def children():
    """Return the process ids of this process's children, those that ended and nobody waited for included."""
    if sys.platform != "linux":
        return {child.pid for child in alive(subprocess.Popen) if child.returncode is None}
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # looks, and takes nothing away
    except ChildProcessError:  # there is none: the usual case, and the quick one
        return set()
    found = set()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, parent = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid():
                found.add(int(process.name))
    return found


def leavings():
    """Return all that a test may not leave behind, by kind."""
    return {"thread": set(threading.enumerate()), "open socket": open_sockets(), "child process": children()}


@pytest.fixture(autouse=True)
def leaves_nothing_behind(request):
    """Fail a test that leaves a thread, an open socket or a child process. Set up first, so it looks last.

    What a fixture of a wider scope (module, session) holds was there before, and may stay. Notebooks
    (nbval) are no functions, and a browser has threads of its own: both are let through.
    """
    if not isinstance(request.node, pytest.Function) or "browser" in request.node.path.parts:
        yield
        return
    before = leavings()
    yield
    for kind, now in leavings().items():
        extra = now - before[kind]
        known = [sock for sock in alive(socket.socket) if sock.fileno() != -1] if extra else []
        assert not extra, f"the test left a {kind}: {extra}. Open sockets that Python knows: {known}"


@pytest.fixture
def connected_pair():
    """Two ends of one TCP connection, (client socket, server socket), with time limits; closed after the test."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(TIME_LIMIT_S)
        client_socket = socket.create_connection(listener.getsockname(), TIME_LIMIT_S)
        with client_socket:
            server_socket, _ = listener.accept()
            with server_socket:
                server_socket.settimeout(TIME_LIMIT_S)
                yield client_socket, server_socket


@pytest.fixture
def scripted_server():
    """start(script) runs a server that holds one conversation as script(sock) says; returns its (ip, port)."""
    with contextlib.ExitStack() as servers:
        yield lambda script: servers.enter_context(ScriptedServer(script)).address


@pytest.fixture
def refused_address():
    """An address where no server listens, and none can begin to while the test runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as held:
        held.bind(("127.0.0.1", 0))  # without listen()
        yield held.getsockname()
