"""What all tests share: a pair of connected sockets, a scripted server, and the check that no test leaves a thing."""

import contextlib
import signal
import socket

import pytest
from helpers.leavings import alive, leavings
from helpers.peers.bare import TIME_LIMIT_S, ScriptedServer

collect_ignore = ["corpus"]  # notebooks among them are learners', and no lessons


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
        assert not extra, (
            f"the test left a {kind}: {extra}. Open sockets that Python knows: {known}"
        )


@pytest.fixture
def signals_of_a_terminal():
    """Signals that end a program do so in the test and in what it starts, even where the tests run with them ignored.

    nohup ignores SIGHUP, and a shell SIGINT of what it runs in the background; a program inherits that.
    """
    usual = {
        "SIGINT": signal.default_int_handler,
        "SIGTERM": signal.SIG_DFL,
        "SIGHUP": signal.SIG_DFL,
    }
    numbers = {getattr(signal, name): how for name, how in usual.items() if hasattr(signal, name)}
    before = {number: signal.signal(number, how) for number, how in numbers.items()}
    yield
    for number, how in before.items():
        signal.signal(number, how)


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
