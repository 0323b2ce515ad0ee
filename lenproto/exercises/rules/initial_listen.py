"""What is wrong with an initial_listen."""

import socket

from lenproto.exercises.rules.finding import (
    Finding,
    at_line,
    ended_otherwise,
    error_text,
    thing,
    what_peer_did,
)
from lenproto.wire import DEFAULT_IP, DEFAULT_PORT


def judge(seen):
    if seen.ending == "waits" and seen.call.name == "accept":
        return Finding(
            "accepts-already",
            "It waits in accept(): that is check_client's part.",
            where=seen.call.where,
        )
    if seen.case.level == "shock":
        return _could_not_listen(seen)
    if seen.ending == "returned":
        return _no_server_socket(seen.result) or _address(seen) or _listening(seen)
    return _wrong_calls(seen) or ended_otherwise(seen)


def _could_not_listen(seen):
    """The system refuses, so OSError is right."""
    if seen.ending == "raised" and not isinstance(seen.error, OSError):
        return Finding(
            "raises-another-error",
            f"It raised {error_text(seen.error)}{at_line(seen.failed_at)}, when "
            f"{what_peer_did(seen.case)}; the programs wait for the OSError of the system.",
            where=seen.failed_at,
        )
    if seen.ending == "raised":
        return None
    if seen.ending != "returned":
        return ended_otherwise(seen)
    if isinstance(seen.result, socket.socket) and _listens(seen.result):
        if seen.result.getsockname() == seen.address:
            return Finding(
                "shares-a-taken-port",
                "It listens at a port where another server listens already: the system gives the clients "
                "now to one of the two, now to the other.",
            )
        return Finding(
            "binds-elsewhere",
            f"It listens at another port than it was told to, when {what_peer_did(seen.case)}.",
        )
    return Finding(
        "swallows-the-error",
        f"It could not listen, and returned {thing(seen.result)} as if nothing had happened.",
    )


def _wrong_calls(seen):
    """Calls in the wrong order, or of the wrong side, that made it fail."""
    if connects := seen.calls("connect", "connect_ex"):
        return Finding(
            "connects-like-a-client",
            "It called connect(), which is the client's; a server binds and listens.",
            where=connects[0].where,
        )
    first = next((call for call in seen.calls("bind", "listen")), None)
    if first and first.name == "listen":
        return Finding(
            "listens-before-it-binds",
            "It called listen() before bind(): the system chose a port, and bind() came too late.",
            where=first.where,
        )
    if first and isinstance(seen.error, OSError) and first.argument != seen.address:
        return Finding(
            "binds-elsewhere",
            "It was given an address and a port, and tried to listen at another one.",
            where=first.where,
        )
    return None


def _no_server_socket(result):
    if result is None:
        return Finding("returns-nothing", "It returned nothing: the server socket is lost.")
    if isinstance(result, tuple | list) and any(isinstance(each, socket.socket) for each in result):
        return Finding(
            "returns-too-much", f"It returned {thing(result)}; only the server socket is needed."
        )
    if not isinstance(result, socket.socket):
        return Finding(
            "returns-something-else", f"It returned {thing(result)}, not the server socket."
        )
    if result.fileno() == -1:
        return Finding("closes-the-server-socket", "The socket that it returned is closed.")
    if result.type != socket.SOCK_STREAM:
        return Finding(
            "not-a-tcp-socket", "The socket that it returned is no TCP socket (SOCK_STREAM)."
        )
    return None


def _address(seen):
    """What is wrong with the address at which it listens."""
    (ip, port), binds = seen.result.getsockname()[:2], seen.calls("bind")
    if not binds:
        return Finding("does-not-bind", "It never called bind(): clients cannot know the port.")
    if port == 0:
        return Finding(
            "returns-the-wrong-socket",
            "It bound a socket, and returned another one, which has no address.",
        )
    if ip in ("0.0.0.0", "::"):
        return Finding(
            "opens-to-all",
            f"It listens at {ip}: every computer around may call, not only {DEFAULT_IP}.",
            where=binds[0].where,
        )
    if ip != seen.address[0] or (seen.address[1] and port != seen.address[1]):
        return Finding(
            "binds-elsewhere",
            "It was given an address and a port, and tried to listen at another one.",
            where=binds[0].where,
        )
    if port == DEFAULT_PORT and not seen.address[1]:
        return Finding(
            "binds-elsewhere",
            f"It was given port 0, which means any free one, and listens at {port}.",
            where=binds[0].where,
        )
    return None


def _listening(seen):
    if not _listens(seen.result):
        return Finding(
            "does-not-listen",
            "Nobody can connect to the socket: it was bound, but listen() was not called.",
        )
    return None


def _listens(sock):
    return sock.fileno() != -1 and bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
