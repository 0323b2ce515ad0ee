"""What is wrong with an initial_contact."""

import functools
import re
import socket

from lenproto.exercises.functions import finding
from lenproto.exercises.functions.finding import (
    SHOWN_BYTES,
    ended_otherwise,
    first_wrong,
    last_line,
    only_as_bytes,
    reads,
    short_read,
    thing,
    took_for_all,
    waits_for_more,
    what_peer_did,
)
from lenproto.exercises.functions.finding import call_text as text_of
from lenproto.lab.call import literal
from lenproto.wire import HANDSHAKE, HEADER_BYTES

found = functools.partial(finding.found, of="initial_contact")

KINDS = ((bool, "bool"), ((str, bytes), "text"), (socket.socket, "socket"))


def explain(seen):
    case = seen.case
    if elsewhere := _elsewhere(seen):
        return elsewhere
    if case.wants is None:
        return ended_otherwise(seen) or _either(seen)
    if not case.wants:
        return _no_contact(seen)
    if case.level == "spec" and (wrong := _connecting(seen) or _talk(seen)):
        return wrong
    cut_was_too_much = case.peer == "cut" and (
        seen.ending == "raised" or (seen.ending == "returned" and _result(seen))
    )
    if cut_was_too_much and (short := short_read(seen)):
        return took_for_all(short)
    return ended_otherwise(seen) or _result(seen)


def _elsewhere(seen):
    """Whether it tried to connect to somebody else than it was told to; that was refused."""
    call = next(iter(seen.refusals("connect")), None)
    if call is None:
        return None
    own = [each for each in seen.calls("connect", "connect_ex") if each.argument == seen.address]
    if own:
        return found("connects-elsewhere.too", call=call.text(), where=call.where)
    differs = "port" if call.argument[:1] == seen.address[:1] else "address"
    return found(f"connects-elsewhere.{differs}", where=call.where)


def _connecting(seen):
    """What is wrong with the way to the server."""
    calls = seen.calls("connect", "connect_ex")
    if not calls:
        return None if seen.ending == "raised" else found("does-not-connect")
    address, where = calls[0].argument, calls[0].where
    # the port is thought to come first
    if isinstance(address, tuple) and len(address) > 1 and isinstance(address[0], int):
        return found("swaps-address-and-port", where=where)
    succeeded = calls[0].result is None and calls[0].ended is not None
    if succeeded and reads(seen) and not seen.driver.peer:
        return found("not-a-tcp-socket", where=where)
    return None


def _talk(seen):
    """What is wrong with what it said and read, where the server does all as it should."""
    sent, greeting = seen.sent, seen.case.shows.encode()
    # who connects is thought to be greeted
    if not sent and seen.ending == "waits":
        return found("reads-before-it-speaks", call=text_of(seen.call), where=seen.call.where)
    if sent != HANDSHAKE and (sent or seen.ending != "raised"):
        return _handshake(seen, sent)
    if seen.ending == "waits":
        return waits_for_more(seen, "greeting")
    # all that comes is thought to be led by its length
    if seen.received == greeting[:HEADER_BYTES]:
        call = reads(seen)[-1]
        return found("takes-the-greeting-for-an-answer", bytes=literal(call.data), where=call.where)
    return None


def _handshake(seen, sent):
    if not sent:
        return found("no-handshake")

    def said(name):
        at, shown = first_wrong(sent, HANDSHAKE), literal(sent[:SHOWN_BYTES])
        return found(name, sent, at, last_line(seen), bytes=shown)

    if sent in (HANDSHAKE + b"\n", HANDSHAKE + b"\r\n"):
        return said("sends-a-newline")
    if sent == HANDSHAKE * 2:
        return said("says-hi-twice")
    # the first request is thought to belong to the handshake
    if re.fullmatch(HANDSHAKE + rb"[A-Z]{4}", sent):
        return said("asks-already")
    if sent.startswith(HANDSHAKE):
        return said("handshake-too-long")
    if sent.endswith(HANDSHAKE):
        return said("handshake-with-length")
    return said("other-handshake")


def _result(seen):
    """What is wrong with what it returned and printed after all went well."""
    result = seen.result
    if seen.ending != "returned":
        return None
    if result is None:
        return found("returns-nothing.met")
    if result is False or (isinstance(result, tuple | list) and result[:1] in ((False,), [False])):
        return found("denies-contact")
    if not isinstance(result, tuple | list) or len(result) < 3:
        return found("returns-too-little", thing=thing(result))
    if len(result) > 3:
        return found("returns-too-much", thing=thing(result))
    return (
        _three(seen, *result) or _message(seen, result[1]) or _socket(result[2]) or _printed(seen)
    )


def _three(seen, contact, message, sock):
    """What is wrong with the kinds of the three things that it returned."""
    returned = contact, message, sock
    kinds = [
        next((name for kind, name in KINDS if isinstance(each, kind)), "other") for each in returned
    ]
    things = [*map(thing, returned)]
    if sorted(kinds) == ["bool", "socket", "text"] and kinds != ["bool", "text", "socket"]:
        return found("returns-in-wrong-order", things=things)
    # print() is thought to give what it prints
    if message is None and seen.case.shows in seen.printed:
        return found("keeps-what-print-gives", things=things)
    if kinds[2] != "socket":
        return found("returns-the-wrong-socket.none", thing=thing(sock))
    if contact is not True or kinds[1] != "text":
        return found("returns-something-else", things=things)
    if sock.fileno() != -1 and _peer(sock) != seen.address:
        return found("returns-the-wrong-socket.another")
    return None


def _message(seen, message):
    # what comes out of a socket is thought to be text
    if isinstance(message, bytes):
        return found("returns-bytes")
    if message == str(seen.case.shows.encode()):
        return found("bytes-as-text", thing=thing(message))
    if message.strip() != seen.case.shows.strip():
        return found("greeting-not-whole", text=repr(message))
    return None


def _socket(sock):
    return found("closes-too-early") if sock.fileno() == -1 else None


def _printed(seen):
    greeting = seen.case.shows
    if greeting.strip() not in seen.printed:
        return found("greeting-not-printed")
    if only_as_bytes(seen.printed, greeting):
        return found("prints-bytes")
    return None


def _either(seen):
    """Contact or none, both is right; but not a half of each."""
    result = seen.result
    first = result[0] if isinstance(result, tuple | list) and result else result
    if first is not True:
        return _no_contact(seen)
    if len(result) != 3 or not isinstance(result[2], socket.socket):
        return found("returns-too-little", thing=thing(result))
    return found("returns-bytes") if isinstance(result[1], bytes) else None


def _no_contact(seen):
    """The server refused, left, or fell silent: False, a line that says so, and no socket left open."""
    if wrong := ended_otherwise(seen):
        return wrong
    result, did = seen.result, what_peer_did(seen.case)
    first = result[0] if isinstance(result, tuple | list) and result else result
    if first is None:
        return found("returns-nothing.alone", did=did)
    # a connection is thought to be contact, whatever came of it
    if first is not False and first != 0:
        return found("claims-contact", thing=thing(first), did=did)
    if seen.case.level == "spec":  # the rest is not in the course text
        return None
    # a socket is thought to be closed when its function ends
    if seen.made:
        return found("leaves-a-socket-open", did=did)
    # who calls is thought to say it: it knows False, and not why
    return None if seen.printed.strip() else found("fails-in-silence", did=did)


def _peer(sock):
    try:
        return sock.getpeername()
    except OSError:
        return None
