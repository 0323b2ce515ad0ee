"""The ports of the kernels that tests start."""

import socket

from helpers.kernel_ports import FIRST, LAST
from jupyter_client.connect import LocalPortCache


def test_no_kernel_gets_a_port_that_the_system_gives_to_connections():
    cache = LocalPortCache()
    ports = [cache.find_available_port("127.0.0.1") for _ in range(10)]
    assert len(set(ports)) == 10
    assert all(FIRST <= port < LAST for port in ports)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as connected,
    ):
        assert min(listener.getsockname()[1], connected.getsockname()[1]) >= LAST


def test_a_port_that_is_taken_is_passed_over():
    cache = LocalPortCache()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", cache.find_available_port("127.0.0.1") + 1))
        assert cache.find_available_port("127.0.0.1") != taken.getsockname()[1]
