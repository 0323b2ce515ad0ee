"""What is wrong with an initial_listen."""

import functools
import socket

from lenproto.exercises.functions import finding
from lenproto.exercises.functions.finding import ended_otherwise, raised, thing, what_peer_did
from lenproto.exercises.judging.reach import EVERYWHERE
from lenproto.wire import DEFAULT_IP, DEFAULT_PORT

found = functools.partial(finding.found, of="initial_listen")


def explain(seen):
    if refused := seen.refusals("bind"):
        return _elsewhere(seen, refused[0])
    # listening is thought to be over when somebody has come
    if seen.ending == "waits" and seen.call.name == "accept":
        return found("accepts-already", where=seen.call.where)
    if seen.case.level == "shock":
        return _could_not_listen(seen)
    if seen.ending == "returned":
        return _no_server_socket(seen.result) or _address(seen) or _listening(seen)
    return _wrong_calls(seen) or ended_otherwise(seen)


def _elsewhere(seen, call):
    """It tried to bind to another address than it was given; that was refused."""
    ip, port = call.argument[:2]
    if ip in EVERYWHERE:
        return found("opens-to-all", ip=ip or EVERYWHERE[1], own=DEFAULT_IP, where=call.where)
    if seen.case.level == "shock":
        return found("binds-elsewhere.taken", did=what_peer_did(seen.case), where=call.where)
    if port == DEFAULT_PORT and not seen.address[1]:
        return found("binds-elsewhere.fixed", port=port, where=call.where)
    return found("binds-elsewhere.another", where=call.where)


def _could_not_listen(seen):
    """The system refuses, so OSError is right."""
    did = what_peer_did(seen.case)
    # any error is thought to say the same; who calls waits for OSError
    if seen.ending == "raised" and not isinstance(seen.error, OSError):
        return found("raises-another-error", error=raised(seen), did=did, where=seen.failed_at)
    if seen.ending == "raised":
        return None
    if seen.ending != "returned":
        return ended_otherwise(seen)
    if isinstance(seen.result, socket.socket) and _listens(seen.result):
        # SO_REUSEADDR or SO_REUSEPORT is thought to make a taken port free
        if seen.result.getsockname() == seen.address:
            return found("shares-a-taken-port")
        return found("binds-elsewhere.taken", did=did)
    # an error that nobody sees is thought to be none
    failed = next((call for call in seen.trace if isinstance(call.result, OSError)), None)
    return found("swallows-the-error", thing=thing(seen.result), where=failed and failed.where)


def _wrong_calls(seen):
    """Calls in the wrong order, or of the wrong side, that made it fail."""
    # both sides are thought to connect
    if connects := seen.calls("connect", "connect_ex"):
        return found("connects-like-a-client", where=connects[0].where)
    first = next((call for call in seen.calls("bind", "listen")), None)
    # listen() is thought to choose the address
    if first and first.name == "listen":
        return found("listens-before-it-binds", where=first.where)
    other = first and isinstance(first.argument, tuple) and first.argument != seen.address
    if other and isinstance(seen.error, OSError):
        return found("binds-elsewhere.another", where=first.where)
    return None


def _no_server_socket(result):
    # what was made is thought to be there, though nobody returned it
    if result is None:
        return found("returns-nothing")
    if isinstance(result, tuple | list) and any(isinstance(each, socket.socket) for each in result):
        return found("returns-too-much", thing=thing(result))
    if not isinstance(result, socket.socket):
        return found("returns-something-else", thing=thing(result))
    if result.fileno() == -1:
        return found("closes-the-server-socket")
    if result.type != socket.SOCK_STREAM:
        return found("not-a-tcp-socket")
    return None


def _address(seen):
    """What is wrong with the address at which it listens."""
    (ip, port), binds = seen.result.getsockname()[:2], seen.calls("bind")
    if not binds:
        return found("does-not-bind")
    if port == 0:
        return found("returns-the-wrong-socket")
    where = binds[0].where
    if ip != seen.address[0] or (seen.address[1] and port != seen.address[1]):
        return found("binds-elsewhere.another", where=where)
    return None


def _listening(seen):
    return None if _listens(seen.result) else found("does-not-listen")


def _listens(sock):
    return sock.fileno() != -1 and bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
