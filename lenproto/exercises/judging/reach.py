"""Whom judged code may reach: its peer, itself, and nobody else. What else it tries is refused before it happens."""

import contextlib
import errno
import os
import socket
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from typing import Any

from lenproto.words import say

Address = tuple[Any, ...]
LOOPBACK = "127."
HERE = {"localhost": "127.0.0.1", "ip6-localhost": "::1"}
EVERYWHERE = ("", "0.0.0.0", "::")
MOST_PORT = 65535


class Reach:
    """own: the addresses of a case, named to the function or its peer's; held() gives those of its own sockets.

    wildcard: whether it may bind to every address, as long as the system chooses the port: a client listens nowhere.
    """

    def __init__(
        self,
        own: Collection[Address] = (),
        held: Callable[[], Collection[Address]] = tuple,
        *,
        wildcard: bool = False,
    ) -> None:
        self.own = {_plain(address) for address in own}
        self.held, self.wildcard = held, wildcard

    def allows(self, act: str, address: object) -> bool:
        """Whether code may "bind" to an IP address, or "connect" or "send" to it. What is none fails by itself."""
        if not _is_address(address):
            return True
        assert isinstance(address, tuple)
        ip, port = plain = _plain(address)
        if plain in self.own:
            return True
        if act == "bind":
            here = ip.startswith(LOOPBACK) or ip == "::1"
            return port == 0 and (here or (self.wildcard and ip in EVERYWHERE))
        return plain in {_plain(each) for each in (*self.held(), *_bound_here())}

    def is_other_loopback(self, address: object) -> bool:
        """Whether it is a port of the case's at ::1, which localhost means, too: nobody is there."""
        return _is_address(address) and any(
            _plain(address) == ("::1", port) for ip, port in self.own if ip.startswith(LOOPBACK)
        )

    def knows(self, host: object) -> bool:
        """Whether code may ask what a name means: of the case, of this computer, and numbers, which nobody is asked."""
        name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else host
        if not isinstance(name, str) or name in EVERYWHERE or name in HERE or _is_number(name):
            return True
        return name in {ip for ip, _ in self.own} or name in (_own_name(), socket.gethostname())


_now = Reach()
_judging = threading.local()
_bound: "weakref.WeakSet[socket.socket]" = weakref.WeakSet()
_own_name = socket.gethostname


@contextlib.contextmanager
def within(reach: Reach) -> Iterator[None]:
    """In here judged code may reach these."""
    global _now
    before, _now = _now, reach
    try:
        yield
    finally:
        _now = before


@contextlib.contextmanager
def judge() -> Iterator[None]:
    """In here this thread is the judge's, who may do all."""
    before = is_judge()
    _judging.on = True
    try:
        yield
    finally:
        _judging.on = before


def is_judge() -> bool:
    return getattr(_judging, "on", False)


def now() -> Reach:
    """Whom the code that runs may reach."""
    return _now


def note_bound(sock: socket.socket) -> None:
    """Note a socket that judged code binds: it may call itself."""
    with contextlib.suppress(TypeError):
        _bound.add(sock)


def has_bound(address: str | bytes) -> bool:
    """Whether judged code has bound a socket to the file that is this one's address."""
    return any(
        os.fsencode(each) == os.fsencode(address)
        for each in _names()
        if isinstance(each, str | bytes)
    )


def refused() -> PermissionError:
    """What comes of it."""
    return PermissionError(errno.EPERM, say("judging.error.not-here"))


def _bound_here() -> list[Address]:
    return [address for address in _names() if _is_address(address)]


def _names() -> list[Any]:
    """The addresses of the sockets that judged code has bound."""
    found = []
    for sock in list(_bound):
        with contextlib.suppress(OSError):
            found.append(sock.getsockname())
    return found


def _is_address(address: object) -> bool:
    """Whether it is an address of IP at all, with a port that there is."""
    return (
        isinstance(address, tuple)
        and len(address) >= 2
        and isinstance(address[0], str | bytes | bytearray)
        and isinstance(address[1], int)
        and 0 <= address[1] <= MOST_PORT
    )


def _plain(address: Any) -> tuple[str, int]:
    ip = address[0] if isinstance(address[0], str) else bytes(address[0]).decode("latin-1")
    return HERE.get(ip, ip), address[1]


def _is_number(name: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError, ValueError):
            socket.inet_pton(family, name.partition("%")[0])
            return True
    return False
