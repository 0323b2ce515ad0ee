"""What the core does on another computer than this: Windows, macOS, one without the package rich."""

import contextlib
import os
import socket
import types

import pytest
from helpers.peers.bare import reset
from helpers.programs import LENPROTO, environment, run

from lenproto import check_client, initial_listen, server


@pytest.fixture
def windows(monkeypatch):
    """Let the server take this system for Windows."""
    monkeypatch.setattr(server, "os", types.SimpleNamespace(name="nt"))


def shares_its_port(listening):
    return listening.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) != 0


def test_on_windows_no_second_server_may_share_the_port(windows):
    with initial_listen("127.0.0.1", 0) as listening:
        assert not shares_its_port(listening)


@pytest.mark.skipif(os.name != "posix", reason="only on POSIX the option means a quick restart")
def test_elsewhere_the_port_is_free_at_once_after_a_restart():
    with initial_listen("127.0.0.1", 0) as listening:
        assert shares_its_port(listening)


class Listening(socket.socket):
    """A server socket that notes the time limit with which somebody waits for a client, and presses Ctrl-C at once."""

    def accept(self):
        self.waited_s = self.gettimeout()
        raise KeyboardInterrupt


def waits_for_a_client(monkeypatch):
    """Return the time limit with which the server program waits for a client."""
    listening = Listening()
    with contextlib.closing(listening):
        monkeypatch.setattr(server, "initial_listen", lambda ip, port: listening)
        server.main()
    return listening.waited_s


def test_on_windows_the_server_looks_for_ctrl_c_once_a_second(windows, monkeypatch):
    assert waits_for_a_client(monkeypatch) == 1


def test_elsewhere_the_server_waits_for_a_client_without_a_limit(monkeypatch):
    monkeypatch.setattr(server, "os", types.SimpleNamespace(name="posix"))
    assert waits_for_a_client(monkeypatch) is None


class ListeningOnMacOs:
    """A server socket whose accept has no address for a client that reset its connection meanwhile."""

    def __init__(self, client_socket):
        self.client_socket = client_socket

    def accept(self):
        return self.client_socket, None


def test_on_macos_a_client_that_left_meanwhile_is_reported_without_an_address(
    connected_pair, capsys
):
    peer, client_socket = connected_pair
    reset(peer)
    assert check_client(ListeningOnMacOs(client_socket)) == (client_socket, "")
    assert capsys.readouterr().out == "client ?:?\n"


def test_shock_without_the_package_rich_says_how_to_get_it(tmp_path):
    (tmp_path / "rich.py").write_text("raise ImportError", encoding="utf-8")
    ended = run([*LENPROTO, "shock", "127.0.0.1:8820"], env=environment(PYTHONPATH=str(tmp_path)))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "lenproto shock: the package rich is missing. pip install rich\n"
