"""Judged code reaches nobody: what is not its case's is refused before it happens."""

import select
import socket

import pytest

from lenproto import client, server
from lenproto.exercises.functions import part
from lenproto.exercises.functions.case import Case, cases
from lenproto.exercises.functions.finding import explain
from lenproto.exercises.judging import reach
from lenproto.exercises.judging.run import run


@pytest.fixture
def stranger():
    """A server of somebody else, on this computer."""
    with socket.create_server(("127.0.0.1", 0)) as server_socket:
        yield server_socket


def judged(function, learner, name=None):
    """What was Seen of a learner's function in its first case, or in that of a name, and its misconception."""
    case = next(case for case in cases(function) if name in (None, case.id))
    seen, finding, _ = run(case, learner, explain)
    return seen, finding and finding.misconception


def hears(server_socket):
    """Whether somebody has called there."""
    return bool(select.select([server_socket], [], [], 0)[0])


@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_a_second_connection_is_refused_and_nobody_hears_of_it(stranger, call):
    def learner(answer, sock):
        with socket.socket() as mine:
            assert getattr(mine, call)(stranger.getsockname())

    seen, misconception = judged("send_requests", learner)
    assert misconception == "second-connection" and not hears(stranger)
    assert [each.name for each in seen.refusals("connect")] == [call]


def test_what_is_refused_is_told_also_where_the_function_goes_on_as_it_should(stranger):
    def learner(ip, port):
        try:
            socket.create_connection(stranger.getsockname())
        except PermissionError:
            return client.initial_contact(ip, port)

    seen, misconception = judged("initial_contact", learner)
    assert seen.result[0] is True
    assert misconception == "connects-elsewhere" and not hears(stranger)


def test_localhost_is_no_other_address_though_it_has_two():
    def learner(ip, port):
        sock = socket.create_connection(("localhost", port))
        sock.sendall(b"Hi")
        message = b""
        while len(message) < 48:
            message += sock.recv(48 - len(message))
        print(message.decode())
        return True, message.decode(), sock

    assert judged("initial_contact", learner)[1] is None


@pytest.mark.parametrize("ip", ["", "0.0.0.0", "127.0.0.1"])
def test_nothing_is_bound_to_another_address_than_the_given_one(ip):
    with socket.create_server(("127.0.0.1", 0)) as free:
        other = free.getsockname()[1]
    bound = []

    def learner(given, port):
        sock = socket.socket()
        try:
            sock.bind((ip, other))
        except OSError:
            bound.append(sock.getsockname()[1])
            raise

    expected = "binds-elsewhere" if ip == "127.0.0.1" else "opens-to-all"
    assert judged("initial_listen", learner)[1] == expected
    assert bound == [0]


def test_who_listens_without_an_address_is_open_to_nobody_else():
    where = []

    def learner(ip, port):
        sock = socket.socket()
        sock.listen()
        where.append(sock.getsockname()[0])
        return sock

    assert judged("initial_listen", learner)[1] == "does-not-bind"
    assert where == ["127.0.0.1"]


def test_code_may_call_itself():
    def learner(request, sock):
        with (
            socket.create_server(("127.0.0.1", 0)) as mine,
            socket.create_connection(mine.getsockname()),
        ):
            mine.accept()[0].close()
        return server.serve_requests(request, sock)

    rules = part("serve_requests", "rules").explain  # lenproto's own are nobody's own, else
    seen = run(Case("serve_requests", "spec", "a test", "", (), request="EXIT"), learner, rules)
    assert seen[1] is None and seen[0].refused == []


def test_what_a_name_means_may_be_asked_of_this_computer_alone():
    allowed = reach.Reach([("no-such-address.invalid", 8820)])
    known = ("localhost", None, b"127.0.0.1", "::1", "192.0.2.1", "no-such-address.invalid")
    assert all(allowed.knows(name) for name in (*known, socket.gethostname()))
    assert not any(allowed.knows(name) for name in ("pool.ntp.org", "another-computer", b"a.b"))


def test_what_is_no_address_fails_by_itself():
    nobody = reach.Reach()
    for address in ("127.0.0.1", ("127.0.0.1", "80"), ("127.0.0.1",), ("127.0.0.1", 99999), 80):
        assert nobody.allows("connect", address)
    assert not nobody.allows("connect", ("127.0.0.1", 80))
