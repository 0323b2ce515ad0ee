"""A port that is kept for a program."""

import socket

import pytest

from lenproto.lab import ports


def test_a_port_is_kept_below_those_of_connections():
    with ports.reserve("127.0.0.1") as held:
        ip, port = held.getsockname()
        assert (ip, ports.FIRST <= port <= ports.LAST) == ("127.0.0.1", True)
        with socket.socket() as other, pytest.raises(OSError, match=r"in use|Only one usage"):
            other.bind((ip, port))


def test_where_all_of_them_are_taken_the_system_chooses(monkeypatch):
    with ports.reserve("127.0.0.1") as held:
        port = held.getsockname()[1]
        monkeypatch.setattr(ports, "FIRST", port)
        monkeypatch.setattr(ports, "LAST", port)
        with ports.reserve("127.0.0.1") as other:
            assert other.getsockname()[1] not in (0, port)


def test_an_address_that_is_not_this_computers_is_refused():
    with pytest.raises(OSError, match=r"assign|not valid"):
        ports.reserve("192.0.2.1")
