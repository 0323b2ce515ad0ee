"""Whether the port of the protocol is free; if not, who has it."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from lenproto import server
from lenproto.doctor.finding import Finding, fine, reason, wrong
from lenproto.wire import DEFAULT_IP, DEFAULT_PORT, GREETING_BYTES, HANDSHAKE, recv_exactly
from lenproto.words import Words

LIMIT_S = 2.0  # for a greeting: whoever serves somebody else gives none
OURS = b" or EXIT"  # in every greeting


def look() -> Iterator[Finding]:
    """Listen for a moment at the port that servers and clients take if nobody names another."""
    yield seen(DEFAULT_IP, DEFAULT_PORT)


def seen(ip: str, port: int) -> Finding:
    """Say whether a server can listen there, and who does if not."""
    values: dict[str, Any] = {"ip": ip, "port": port, "other": port + 1}
    try:
        server.initial_listen(ip, port).close()
    except OSError as error:
        who = owner(port)
        if speaks(ip, port):
            return wrong("port-ours", mend="port", who=who, **values)
        if listens(ip, port):
            return wrong("port-taken", mend="port", who=who, **values)
        return wrong("port-forbidden", why=reason(error), **values)
    return fine("port", **values)


def listens(ip: str, port: int) -> bool:
    """Whether somebody takes a connection there."""
    with contextlib.suppress(OSError), socket.create_connection((ip, port), LIMIT_S):
        return True
    return False


def speaks(ip: str, port: int) -> bool:
    """Whether who listens there answers Hi with a greeting of the protocol."""
    with contextlib.suppress(OSError), socket.create_connection((ip, port), LIMIT_S) as sock:
        sock.sendall(HANDSHAKE)
        greeting = recv_exactly(sock, GREETING_BYTES)
        return len(greeting) == GREETING_BYTES and greeting.rstrip().endswith(OURS)
    return False


def owner(port: int) -> Words:
    """Return which program listens at a port: its name and number, as far as psutil is there and may tell."""
    with contextlib.suppress(
        Exception
    ):  # rights, a process that has just ended, a system it does not know
        import psutil

        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port and each.pid:
                name = psutil.Process(each.pid).name()
                return Words("doctor.program", name=name, number=each.pid)
    return Words("doctor.some-program")
