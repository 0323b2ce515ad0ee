"""Many clients at once: how long a server takes for them, and that what goes wrong is told."""

import threading

import pytest

from lenproto import check_client, serve_requests
from lenproto.lab.many import seconds_for


def one_by_one(server_socket, clients):
    for _ in range(clients):
        client_socket, request = check_client(server_socket)
        serve_requests(request, client_socket)


def with_threads(server_socket, clients):
    threads = [threading.Thread(target=one_by_one, args=(server_socket, 1)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_by_one_the_times_for_thinking_add_up():
    assert seconds_for(one_by_one, 4, 0.05) >= 4 * 2 * 0.05


def test_nobody_waits_less_than_it_thinks():
    assert seconds_for(with_threads, 4, 0.05) >= 2 * 0.05


def test_all_clients_are_there_at_once():
    """Each of them is greeted before any is served on: one by one, this would never end."""
    greeted = threading.Barrier(4, timeout=10)

    def serve_one(server_socket):
        client_socket, request = check_client(server_socket)
        greeted.wait()
        serve_requests(request, client_socket)

    def all_at_once(server_socket, clients):
        threads = [threading.Thread(target=serve_one, args=[server_socket]) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert seconds_for(all_at_once, 4, 0) > 0


def test_what_a_server_prints_is_not_shown(capsys):
    seconds_for(one_by_one, 2, 0)
    assert capsys.readouterr().out == ""


def test_an_error_of_the_server_is_raised():
    def broken(server_socket, clients):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        seconds_for(broken, 2, 0)


def test_a_client_that_is_not_served_raises():
    def leaves(server_socket, clients):
        client_socket, _ = server_socket.accept()
        client_socket.close()

    with pytest.raises((OSError, ValueError, RuntimeError)) as raised:
        seconds_for(leaves, 1, 0)
    assert raised.value
