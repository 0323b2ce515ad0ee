"""Whether two programs on this computer can talk at all: 127.0.0.1, and variables that send such talk elsewhere."""

import socket
import urllib.request
from collections.abc import Iterator

from lenproto.doctor.finding import Finding, fine, reason, wrong
from lenproto.wire import DEFAULT_IP, HANDSHAKE, recv_exactly

LIMIT_S = 5.0
HOSTS = ("localhost", DEFAULT_IP)


def look() -> Iterator[Finding]:
    """Let a client and a server say Hi; see whether a proxy stands between a browser and its own computer."""
    trouble = talk()
    if trouble:
        yield trouble
    else:
        yield fine("loopback", ip=DEFAULT_IP)
    yield from proxies()


def talk() -> Finding | None:
    """Return what keeps two sockets from talking; None where they do."""
    with socket.socket() as listener, socket.socket() as client_socket:
        for each in (listener, client_socket):
            each.settimeout(LIMIT_S)
        try:
            listener.bind((DEFAULT_IP, 0))
            listener.listen()
        except OSError as error:
            return wrong("no-listening", mend="loopback", ip=DEFAULT_IP, why=reason(error))
        try:
            client_socket.connect(listener.getsockname())
            server_socket, _ = listener.accept()
            with server_socket:
                server_socket.settimeout(LIMIT_S)
                client_socket.sendall(HANDSHAKE)
                if recv_exactly(server_socket, len(HANDSHAKE)) != HANDSHAKE:
                    raise ConnectionError
        except OSError as error:
            return wrong("no-connecting", mend="loopback", ip=DEFAULT_IP, why=reason(error))
    return None


def proxies() -> Iterator[Finding]:
    """Tell of a proxy that would be asked for pages of this very computer."""
    known = urllib.request.getproxies()  # on Windows and macOS the system's settings, too
    proxy = known.get("http") or known.get("all")
    caught = [host for host in HOSTS if not urllib.request.proxy_bypass(host)]
    if proxy and caught:
        through = proxy.rpartition("@")[2]  # a password may stand before it
        yield wrong("proxy", proxy=through, hosts=caught, all=",".join(HOSTS))
