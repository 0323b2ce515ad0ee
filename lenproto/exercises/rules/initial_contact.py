"""What is wrong with an initial_contact."""

import re
import socket

from lenproto.exercises.rules.finding import (
    SHOWN_BYTES,
    Finding,
    ended_otherwise,
    last_line,
    reads,
    short_read,
    thing,
    took_for_all,
    waits_for_more,
    what_peer_did,
)
from lenproto.exercises.rules.finding import call_text as text_of
from lenproto.lab.trace import literal
from lenproto.wire import HANDSHAKE, HEADER_BYTES

KINDS = ((bool, "bool"), ((str, bytes), "text"), (socket.socket, "socket"))


def judge(seen):
    case = seen.case
    if not case.wants:
        return _no_contact(seen)
    if case.level == "spec" and (found := _connecting(seen) or _talk(seen)):
        return found
    cut_was_too_much = case.peer == "cut" and (
        seen.ending == "raised" or (seen.ending == "returned" and _result(seen))
    )
    if cut_was_too_much and (short := short_read(seen)):
        return took_for_all(short)
    return ended_otherwise(seen) or _result(seen)


def _connecting(seen):
    """What is wrong with the way to the server."""
    calls = seen.calls("connect", "connect_ex")
    if not calls:
        if seen.ending == "raised":
            return None
        return Finding("does-not-connect", "It never called connect().")
    address, where = calls[0].argument, calls[0].where
    if isinstance(address, tuple) and len(address) > 1 and isinstance(address[0], int):
        return Finding(
            "swaps-address-and-port",
            "It called connect() with the port first; the address comes first.",
            where=where,
        )
    right = (seen.address, ("localhost", seen.address[1]))
    if isinstance(address, tuple) and address[:2] not in right:
        told = "port" if address[:1] == seen.address[:1] else "address"
        return Finding(
            "connects-elsewhere",
            f"It was given an address and a port, and connected to another {told}.",
            where=where,
        )
    succeeded = calls[0].result is None and calls[0].ended is not None
    if succeeded and reads(seen) and not seen.driver.peer:
        return Finding(
            "not-a-tcp-socket",
            "connect() succeeded, and no connection came: its socket is no TCP socket (SOCK_STREAM).",
            where=where,
        )
    return None


def _talk(seen):
    """What is wrong with what it said and read, where the server does all as it should."""
    sent, greeting = seen.sent, seen.case.shows.encode()
    if not sent and seen.ending == "waits":
        return Finding(
            "reads-before-it-speaks",
            f"It waits in {text_of(seen.call)} before it has said Hi, and the server waits for Hi.",
            where=seen.call.where,
        )
    if sent != HANDSHAKE and (sent or seen.ending != "raised"):
        return _handshake(seen, sent)
    if seen.ending == "waits":
        return waits_for_more(seen, "the whole greeting")
    if seen.received == greeting[:HEADER_BYTES]:
        call = reads(seen)[-1]
        return Finding(
            "takes-the-greeting-for-an-answer",
            f"It has read {literal(call.data)} of the greeting and no more, as if that were a "
            "length: the greeting has none.",
            where=call.where,
        )
    return None


def _handshake(seen, sent):
    where, told = last_line(seen), f"It said {literal(sent[:SHOWN_BYTES])};"
    if not sent:
        return Finding("no-handshake", "It never said Hi.")
    if sent in (HANDSHAKE + b"\n", HANDSHAKE + b"\r\n"):
        return Finding("sends-a-newline", f"{told} the handshake is two bytes.", sent, 2, where)
    if sent == HANDSHAKE * 2:
        return Finding("says-hi-twice", f"{told} the handshake is said once.", sent, 2, where)
    if re.fullmatch(HANDSHAKE + rb"[A-Z]{4}", sent):
        return Finding(
            "asks-already", f"{told} the request is send_requests' part.", sent, 2, where
        )
    if sent.startswith(HANDSHAKE):
        return Finding("handshake-too-long", f"{told} the handshake is two bytes.", sent, 2, where)
    if sent.endswith(HANDSHAKE):
        return Finding(
            "handshake-with-length",
            f"{told} the handshake has no length before it.",
            sent,
            0,
            where,
        )
    return Finding("other-handshake", f'{told} it should say b"Hi".', sent, 0, where)


def _result(seen):
    """What is wrong with what it returned and printed after all went well."""
    result = seen.result
    if seen.ending != "returned":
        return None
    if result is None:
        return Finding(
            "returns-nothing", "It returned nothing: the greeting and the socket are lost."
        )
    if result is False or (isinstance(result, tuple | list) and result[:1] in ((False,), [False])):
        return Finding("denies-contact", "All went well, and it returned False.")
    if not isinstance(result, tuple | list) or len(result) < 3:
        return Finding(
            "returns-too-little",
            f"It returned {thing(result)}; three things are needed: True, the greeting and the socket.",
        )
    if len(result) > 3:
        return Finding(
            "returns-too-much",
            f"It returned {thing(result)}; three things are needed: True, the greeting and the socket.",
        )
    return (
        _three(seen, *result) or _message(seen, result[1]) or _socket(result[2]) or _printed(seen)
    )


def _three(seen, contact, message, sock):
    """What is wrong with the kinds of the three things that it returned."""
    things = contact, message, sock
    kinds = [
        next((name for kind, name in KINDS if isinstance(each, kind)), "other") for each in things
    ]
    told = ", ".join(map(thing, things))
    if sorted(kinds) == ["bool", "socket", "text"] and kinds != ["bool", "text", "socket"]:
        return Finding(
            "returns-in-wrong-order",
            f"It returned {told}; the order is True, the greeting, the socket.",
        )
    if message is None and seen.case.shows in seen.printed:
        return Finding(
            "keeps-what-print-gives",
            f"It returned {told}; the second is what print() gives, and that is always None.",
        )
    if kinds[2] != "socket":
        return Finding(
            "returns-the-wrong-socket",
            f"The third thing that it returned is {thing(sock)}, not the socket.",
        )
    if contact is not True or kinds[1] != "text":
        return Finding(
            "returns-something-else",
            f"It returned {told}; needed are True, the greeting, the socket.",
        )
    if sock.fileno() != -1 and _peer(sock) != seen.address:
        return Finding(
            "returns-the-wrong-socket",
            "The socket that it returned is not the one that is connected with the server.",
        )
    return None


def _message(seen, message):
    if isinstance(message, bytes):
        return Finding("returns-bytes", "It returned the greeting as bytes; it should be text.")
    if message == str(seen.case.shows.encode()):
        return Finding(
            "bytes-as-text", f"It returned {thing(message)}: bytes that were made text with str()."
        )
    if message.strip() != seen.case.shows.strip():
        return Finding(
            "greeting-not-whole", f"The greeting has 48 bytes, and it returned {message!r}."
        )
    return None


def _socket(sock):
    if sock.fileno() == -1:
        return Finding(
            "closes-too-early", "It closed the socket: send_requests has nothing to talk through."
        )
    return None


def _printed(seen):
    greeting = seen.case.shows
    if greeting.strip() not in seen.printed:
        return Finding("greeting-not-printed", "It did not print the server's greeting.")
    if f"b'{greeting}" in seen.printed or f'b"{greeting}' in seen.printed:
        return Finding("prints-bytes", "It printed the greeting as bytes, with b'…' around it.")
    return None


def _no_contact(seen):
    """The server refused, left, or fell silent: False, and no socket left open."""
    if found := ended_otherwise(seen):
        return found
    result, did = seen.result, what_peer_did(seen.case)
    first = result[0] if isinstance(result, tuple | list) and result else result
    if first is None:
        return Finding(
            "returns-nothing", f"It returned nothing, when {did}; it should return False."
        )
    if first is not False and first != 0:
        return Finding(
            "claims-contact", f"It returned {thing(first)}, when {did}; it should return False."
        )
    if seen.made:
        return Finding(
            "leaves-a-socket-open", f"It returned False, when {did}, and left its socket open."
        )
    return None


def _peer(sock):
    try:
        return sock.getpeername()
    except OSError:
        return None
