"""Ports for the kernels that tests start, which no other test can take.

Jupyter chooses the ports of a kernel a moment before the kernel takes them, and every connection that another test
makes meanwhile may get one of them. Systems give those from 32768 on (Linux) or 49152 (others): here they are chosen
below, and each worker of pytest-xdist has a range of its own.
"""

import itertools
import os
import random
import socket

from jupyter_client.connect import LocalPortCache

FIRST, LAST = 20000, 32000
WORKERS = 8  # that may start kernels at the same time
EACH = (LAST - FIRST) // WORKERS


def choose_below_the_others():
    """From now on, kernels of this process get ports below those that the system gives to connections."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    numbers = itertools.cycle(range(FIRST + worker * EACH, FIRST + (worker + 1) * EACH))
    for _ in range(random.SystemRandom().randrange(EACH)):
        # another run of the tests may be on this computer
        next(numbers)

    def find_available_port(cache, ip):
        for port in itertools.islice(numbers, EACH):
            with socket.socket() as sock:
                try:
                    sock.bind((ip, port))
                except OSError:
                    continue
            if port not in cache.currently_used_ports:
                cache.currently_used_ports.add(port)
                return port
        raise OSError(f"no port is free from {FIRST} to {LAST}")

    LocalPortCache.find_available_port = find_available_port
