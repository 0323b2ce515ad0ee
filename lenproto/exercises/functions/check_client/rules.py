"""What is wrong with a check_client."""

import errno
import functools
import socket

from lenproto.exercises.functions import TYPED, finding
from lenproto.exercises.functions.finding import call_text as text_of
from lenproto.exercises.functions.finding import (
    ended_otherwise,
    first_read_over,
    first_wrong,
    last_line,
    reads,
    said,
    short_read,
    thing,
    took_for_all,
    waits_for_more,
    wanted,
    what_peer_did,
)
from lenproto.lab.call import SENDING, literal
from lenproto.wire import GREETING_BYTES, HANDSHAKE, REQUEST_BYTES

found = functools.partial(finding.found, of="check_client")

ASKABLE = ("TIME", "NAME", "RAND", "EXIT")
TALK_BYTES = len(HANDSHAKE) + REQUEST_BYTES


def explain(seen):
    case = seen.case
    # each step of the handshake is thought to need an accept() of its own
    if seen.ending == "waits" and seen.call.name == "accept" and len(seen.calls("accept")) > 1:
        return found("accepts-another-client", call=text_of(seen.call), where=seen.call.where)
    if case.level == "spec":
        return _polite(seen) or ended_otherwise(seen) or _returned(seen)
    handshake = said(case)[: len(HANDSHAKE)]
    # whoever speaks first is thought to have said Hi
    if seen.sent and len(handshake) == len(HANDSHAKE) and handshake != HANDSHAKE:
        return found("handshake-not-checked", bytes=literal(handshake), where=last_line(seen))
    if case.peer == "cut":
        return _cut(seen)
    return ended_otherwise(seen) or _returned(seen)


def _polite(seen):
    """What is wrong with the way to the first request, where the client does all as it should."""
    # a client is thought to be there as soon as it has connected
    if not seen.calls("accept") and seen.ending != "raised":
        return found("does-not-accept")
    unconnected = (
        call for call in reads(seen) if getattr(call.result, "errno", None) == errno.ENOTCONN
    )
    # the server socket is thought to be the connection
    if call := next(unconnected, None):
        return found("reads-from-the-server-socket", call=call.text(), where=call.where)
    if wrong := _order(seen) or (_greeting(seen) if seen.sent else None):
        return wrong
    if seen.ending == "waits" and len(seen.received) >= TALK_BYTES:
        return waits_for_more(seen, "talk", bytes=literal(seen.received))
    return None


def _order(seen):
    """Whether it read and sent in the right order: Hi, the greeting, the request."""
    sent, received, first = (
        seen.sent,
        seen.received,
        next((call for call in seen.trace if call.name in SENDING), None),
    )
    heard = (
        b"".join(call.data for call in seen.trace[: seen.trace.index(first)]) if first else received
    )
    # the server is thought to begin, as a host does
    if sent and not heard:
        early = len(received) == TALK_BYTES
        return found("speaks-first" if early else "handshake-not-read.skipped", where=first.where)
    if not sent and seen.ending == "waits" and received:
        # two letters are thought to be four bytes, or to end with a newline
        in_one_loop = wanted(seen) != seen.call.argument
        if len(HANDSHAKE) < wanted(seen) < (TALK_BYTES if in_one_loop else REQUEST_BYTES):
            return waits_for_more(seen, "handshake", bytes=literal(received))
        return found(
            "request-before-greeting",
            bytes=literal(received),
            call=text_of(seen.call),
            where=seen.call.where,
        )
    # text and bytes are thought to be equal: b"Hi" == "Hi"
    if not sent and seen.ending == "returned" and received:
        return found(
            "turns-away-the-right-handshake",
            bytes=literal(received),
            where=reads(seen)[-1].where,
        )
    if not sent and seen.ending == "returned":
        return found("no-greeting")
    return None


def _greeting(seen):
    """What is wrong with what it sent before the first request."""
    sent = seen.sent

    def wrong(name, at=None, **evidence):
        return found(name, sent, at, last_line(seen), **evidence)

    after = _sent_after_request(seen)
    # the first request is thought to be answered where it is read
    if after:
        return wrong("answers-already", len(sent) - len(after), bytes=literal(after[:40]))
    binary_length = int.from_bytes(sent[:4], "big") in (len(sent) - 4, GREETING_BYTES)
    # all that is sent is thought to be led by its length
    if sent[:4].isdigit() or (len(sent) != GREETING_BYTES and binary_length):
        return wrong("greeting-with-length", first_wrong(sent, sent[4:]))
    # 48 characters are thought to be 48 bytes
    if not sent.isascii():
        return wrong(
            "greeting-not-ascii",
            next(at for at, byte in enumerate(sent) if byte > 127),
            characters=len(sent.decode("utf-8", "replace")),
            bytes=len(sent),
        )
    # what is missing is thought to be filled with zeros
    if b"\0" in sent:
        return wrong("greeting-padded-wrongly", sent.index(0))
    if size := _greeting_size(sent, wrong):
        return size
    missing = [name for name in ASKABLE if name.encode() not in sent.upper()]
    if missing and TYPED.encode() not in sent:
        return wrong("greeting-names-no-requests", requests=missing)
    return None


def _greeting_size(sent, wrong):
    size = len(sent)
    if size < GREETING_BYTES:
        return wrong("greeting-too-short", size, size=size)
    if size == GREETING_BYTES:
        return None
    if sent.startswith(HANDSHAKE) and size == GREETING_BYTES + len(HANDSHAKE):
        return wrong("says-hi-too", first_wrong(sent, sent[len(HANDSHAKE) :]))
    if sent[GREETING_BYTES:] == sent[:GREETING_BYTES]:
        return wrong("greets-twice", GREETING_BYTES)
    if sent[GREETING_BYTES:] in (b"\n", b"\r\n"):
        return wrong("sends-a-newline", GREETING_BYTES)
    return wrong("greeting-too-long", GREETING_BYTES, size=size)


def _sent_after_request(seen):
    """What it sent after it had read something behind the handshake."""
    heard, after = 0, b""
    for call in seen.trace:
        if call.name in SENDING:
            after += call.data if heard > len(HANDSHAKE) else b""
        else:
            heard += len(call.data)
    return after if len(seen.sent) > len(after) else b""


def _cut(seen):
    """A client whose bytes come in other pieces than it was hoped."""
    if seen.ending == "spins":
        return ended_otherwise(seen)
    good = seen.ending == "returned" and not _returned(seen) and len(seen.sent) == GREETING_BYTES
    received = seen.received
    # recv(n) is thought to take one message
    if len(received) > TALK_BYTES:
        greedy = first_read_over(seen, REQUEST_BYTES)
        return found(
            "reads-too-much",
            received,
            TALK_BYTES,
            greedy and greedy.where,
            bytes=literal(received),
        )
    if good:
        return None
    # recv(n) is thought to bring n bytes
    if short := short_read(seen):
        return took_for_all(short)
    return ended_otherwise(seen) or _returned(seen)


def _returned(seen):
    """What is wrong with what it returned."""
    if seen.ending != "returned":
        return None
    result = seen.result
    if result is None:
        return found("returns-nothing")
    if not isinstance(result, tuple | list):
        return found("returns-too-little", thing=thing(result))
    if len(result) != 2:
        name = "returns-too-much" if len(result) > 2 else "returns-too-little"
        return found(name, thing=thing(result))
    return _socket(seen, *result) or _request(seen, *result)


def _socket(seen, sock, request):
    """What is wrong with the first of the two things that it returned."""
    if isinstance(request, socket.socket):
        return found("returns-in-wrong-order", thing=thing(sock))
    # there is thought to be one socket
    if sock is seen.sock:
        return found("returns-the-wrong-socket.listening")
    if not isinstance(sock, socket.socket):
        return found("returns-the-wrong-socket.none", thing=thing(sock))
    if sock.fileno() != -1 and seen.peer_address and _peer(sock) not in (None, seen.peer_address):
        return found("returns-the-wrong-socket.another")
    if seen.sock.fileno() == -1:
        return found("closes-the-server-socket")
    if seen.case.wants and sock.fileno() == -1:
        return found("closes-too-early")
    return None


def _request(seen, sock, request):
    """What is wrong with the second of the two things that it returned."""
    wants = seen.case.wants
    # what comes out of a socket is thought to be text
    if isinstance(request, bytes | bytearray):
        return found("returns-bytes", bytes=literal(bytes(request)))
    if type(request) is not str:
        return found("returns-no-text", thing=thing(request))
    if wants is None or request == wants:
        return None
    if not wants:
        return _no_request(seen, request)
    if HANDSHAKE.decode() in request and request.strip() == HANDSHAKE.decode():
        return found("returns-the-handshake", text=repr(request))
    if HANDSHAKE.decode() in request:
        return found("handshake-not-read.returned", text=repr(request))
    return _other_request(seen, request, wants)


def _no_request(seen, request):
    talk = said(seen.case)[len(HANDSHAKE) :].decode("ascii", "replace")
    half = talk and talk.startswith(request.strip())
    return found(
        "returns-half-a-request" if half else "makes-up-a-request",
        text=repr(request),
        did=what_peer_did(seen.case),
    )


def _other_request(seen, request, wants):
    def returned(name):
        return found(name, request=wants, text=repr(request))

    if not request:
        return returned("first-request-lost")
    if request == str(wants.encode()):
        return returned("bytes-as-text")
    if request == wants.upper():
        return returned("takes-small-letters")
    if request.encode() == seen.sent:
        return returned("returns-the-greeting")
    if wants.startswith(request):
        return returned("request-not-whole")
    return returned("changes-the-request")


def _peer(sock):
    try:
        return sock.getpeername()
    except OSError:
        return None
