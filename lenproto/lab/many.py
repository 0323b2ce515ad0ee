"""Many clients at once, for real: how long a server takes until it has served them all."""

import contextlib
import io
import socket
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from lenproto.server import initial_listen
from lenproto.wire import (
    DEFAULT_IP,
    GREETING_BYTES,
    HANDSHAKE,
    HEADER_BYTES,
    body_length,
    recv_exactly,
)

# serves so many clients who call at a server socket, and returns
Server = Callable[[socket.socket, int], object]
Address = tuple[str, int]

LIMIT_S = 10.0  # for each step of a client, and until one calls


def visit(address: Address, thinks_s: float) -> None:
    """Be a client who thinks before it asks, twice: so many seconds each time, as a person would."""
    with socket.create_connection(address, timeout=LIMIT_S) as client_socket:
        client_socket.sendall(HANDSHAKE)
        recv_exactly(client_socket, GREETING_BYTES)
        for request in (b"NAME", b"RAND"):
            time.sleep(thinks_s)
            client_socket.sendall(request)
            header = recv_exactly(client_socket, HEADER_BYTES)
            recv_exactly(client_socket, body_length(header))
        client_socket.sendall(b"EXIT")
        recv_exactly(client_socket, 1)  # nothing comes: the server closes


def seconds_for(server: Server, clients: int, thinks_s: float = 0.02) -> float:
    """Let so many clients call at once; return the seconds until all are served.

    server(server_socket, clients) serves them and returns. What it prints is not shown. Raises what
    it, or a client, raised.
    """
    with (
        ThreadPoolExecutor(clients + 1) as pool,
        initial_listen(DEFAULT_IP, 0) as server_socket,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        server_socket.settimeout(LIMIT_S)
        address = server_socket.getsockname()
        began = time.perf_counter()
        all_of_them = [pool.submit(server, server_socket, clients)]
        all_of_them += [pool.submit(visit, address, thinks_s) for _ in range(clients)]
        for each in wait(all_of_them, return_when=FIRST_EXCEPTION).done:
            each.result()
        return time.perf_counter() - began
