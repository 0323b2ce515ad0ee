"""What is wrong with a check_client."""

import errno
import socket

from lenproto.exercises.rules.finding import (
    Finding,
    ended_otherwise,
    first_read_over,
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
from lenproto.exercises.rules.finding import call_text as text_of
from lenproto.lab.trace import SENDING, literal
from lenproto.wire import GREETING_BYTES, HANDSHAKE, REQUEST_BYTES

ASKABLE = ("TIME", "NAME", "RAND", "EXIT")
TALK_BYTES = len(HANDSHAKE) + REQUEST_BYTES


def judge(seen):
    case = seen.case
    if seen.ending == "waits" and seen.call.name == "accept" and len(seen.calls("accept")) > 1:
        return Finding(
            "accepts-another-client",
            f"It waits in {text_of(seen.call)} for another client, and this one is not served.",
            where=seen.call.where,
        )
    if case.level == "spec":
        return _polite(seen) or ended_otherwise(seen) or _returned(seen)
    handshake = said(case)[: len(HANDSHAKE)]
    if seen.sent and len(handshake) == len(HANDSHAKE) and handshake != HANDSHAKE:
        return Finding(
            "handshake-not-checked",
            f'The client said {literal(handshake)}, not b"Hi", and was greeted all the same.',
            where=last_line(seen),
        )
    if case.peer == "cut":
        return _cut(seen)
    return ended_otherwise(seen) or _returned(seen)


def _polite(seen):
    """What is wrong with the way to the first request, where the client does all as it should."""
    if not seen.calls("accept") and seen.ending != "raised":
        return Finding(
            "does-not-accept", "It never called accept(): the client still waits outside."
        )
    unconnected = (
        call for call in reads(seen) if getattr(call.result, "errno", None) == errno.ENOTCONN
    )
    if wrong := next(unconnected, None):
        return Finding(
            "reads-from-the-server-socket",
            f"It called {wrong.text()} of the server's socket, which has no connection: "
            "accept() gives the client's.",
            where=wrong.where,
        )
    if found := _order(seen) or (_greeting(seen) if seen.sent else None):
        return found
    if seen.ending == "waits" and len(seen.received) >= TALK_BYTES:
        return waits_for_more(seen, f"{literal(seen.received)}, the handshake and the request")
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
    if sent and not heard:
        if len(received) == TALK_BYTES:
            return Finding(
                "speaks-first",
                "It sent its greeting before it had read the client's Hi.",
                where=first.where,
            )
        return Finding(
            "handshake-not-read",
            "It sent its greeting, and had not read the client's Hi.",
            where=first.where,
        )
    if not sent and seen.ending == "waits" and received:
        if len(HANDSHAKE) < wanted(seen) < REQUEST_BYTES:
            return waits_for_more(seen, f"{literal(received)}, the whole handshake")
        return Finding(
            "request-before-greeting",
            f"It has read {literal(received)} and waits in {text_of(seen.call)} while the client "
            "waits for the greeting.",
            where=seen.call.where,
        )
    if not sent and seen.ending == "returned" and received:
        return Finding(
            "turns-away-the-right-handshake",
            f"It has read {literal(received)}, and ended without a greeting.",
            where=reads(seen)[-1].where,
        )
    if not sent and seen.ending == "returned":
        return Finding("no-greeting", "It sent no greeting: the client waits for 48 bytes.")
    return None


def _greeting(seen):
    """What is wrong with what it sent before the first request."""
    sent, where = seen.sent, last_line(seen)

    def finding(name, message, at=None):
        return Finding(name, message, sent, at, where)

    after = _sent_after_request(seen)
    if after:
        return finding(
            "answers-already",
            f"After the request it sent {literal(after[:40])}: the answer is serve_requests' part.",
            len(sent) - len(after),
        )
    binary_length = int.from_bytes(sent[:4], "big") in (len(sent) - 4, GREETING_BYTES)
    if sent[:4].isdigit() or (len(sent) != GREETING_BYTES and binary_length):
        return finding(
            "greeting-with-length",
            "The greeting begins with a length: it has none, for it is always 48 bytes.",
            0,
        )
    if not sent.isascii():
        letters = len(sent.decode("utf-8", "replace"))
        return finding(
            "greeting-not-ascii",
            f"The greeting holds letters that are no ASCII: {letters} characters, {len(sent)} bytes.",
            next(at for at, byte in enumerate(sent) if byte > 127),
        )
    if b"\0" in sent:
        return finding(
            "greeting-padded-wrongly",
            "The greeting is filled up with NUL bytes; blanks are needed.",
            sent.index(0),
        )
    if found := _greeting_size(sent, finding):
        return found
    if missing := [name for name in ASKABLE if name.encode() not in sent.upper()]:
        return finding(
            "greeting-names-no-requests",
            f"The greeting does not say that one may ask for {', '.join(missing)}.",
        )
    return None


def _greeting_size(sent, finding):
    size = len(sent)
    if size < GREETING_BYTES:
        return finding(
            "greeting-too-short",
            f"The greeting has {size} bytes, and the client waits for 48.",
            size,
        )
    if size == GREETING_BYTES:
        return None
    if sent.startswith(HANDSHAKE) and size == GREETING_BYTES + len(HANDSHAKE):
        return finding(
            "says-hi-too", "It sent Hi, too, before the greeting: only the client says that.", 0
        )
    if sent[GREETING_BYTES:] == sent[:GREETING_BYTES]:
        return finding(
            "greets-twice",
            "It sent the greeting twice; the second will be taken for an answer.",
            GREETING_BYTES,
        )
    if sent[GREETING_BYTES:] in (b"\n", b"\r\n"):
        return finding(
            "sends-a-newline",
            "A newline follows the 48 bytes of the greeting; it will be taken for an answer.",
            GREETING_BYTES,
        )
    return finding(
        "greeting-too-long",
        f"The greeting has {size} bytes: what is over 48 will be taken for an answer.",
        GREETING_BYTES,
    )


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
    if len(received) > TALK_BYTES:
        greedy = first_read_over(seen, REQUEST_BYTES)
        return Finding(
            "reads-too-much",
            f"It has read {literal(received)}: more than the handshake and one request. "
            "What was too much is lost.",
            received,
            TALK_BYTES,
            greedy and greedy.where,
        )
    if good:
        return None
    if short := short_read(seen):
        return took_for_all(short)
    return ended_otherwise(seen) or _returned(seen)


def _returned(seen):
    """What is wrong with what it returned."""
    if seen.ending != "returned":
        return None
    result = seen.result
    if result is None:
        return Finding(
            "returns-nothing", "It returned nothing: the client's socket and the request are lost."
        )
    if not isinstance(result, tuple | list):
        return Finding(
            "returns-too-little",
            f"It returned {thing(result)}; two things are needed: the client's socket and the request.",
        )
    if len(result) != 2:
        name = "returns-too-much" if len(result) > 2 else "returns-too-little"
        return Finding(
            name,
            f"It returned {thing(result)}; two things are needed: the client's socket and the request.",
        )
    return _socket(seen, *result) or _request(seen, *result)


def _socket(seen, sock, request):
    """What is wrong with the first of the two things that it returned."""
    if isinstance(request, socket.socket):
        return Finding(
            "returns-in-wrong-order",
            f"It returned {thing(sock)} first and a socket second; the socket comes first.",
        )
    if sock is seen.sock:
        return Finding(
            "returns-the-wrong-socket",
            "The first thing that it returned is the server socket, not the client's socket.",
        )
    if not isinstance(sock, socket.socket):
        return Finding(
            "returns-the-wrong-socket",
            f"The first thing that it returned is {thing(sock)}, not the client's socket.",
        )
    if sock.fileno() != -1 and seen.peer_address and _peer(sock) not in (None, seen.peer_address):
        return Finding(
            "returns-the-wrong-socket",
            "The socket that it returned is not connected with this client.",
        )
    if seen.sock.fileno() == -1:
        return Finding(
            "closes-the-server-socket",
            "It closed the server socket: no other client can ever come.",
        )
    if seen.case.wants and sock.fileno() == -1:
        return Finding(
            "closes-too-early",
            "It closed the client's socket: serve_requests has nothing to answer to.",
        )
    return None


def _request(seen, sock, request):
    """What is wrong with the second of the two things that it returned."""
    wants = seen.case.wants
    if isinstance(request, bytes | bytearray):
        return Finding(
            "returns-bytes",
            f"It returned the request as bytes, {literal(bytes(request))}; it should be text.",
        )
    if not isinstance(request, str):
        return Finding(
            "returns-no-text",
            f'The request that it returned is {thing(request)}; where there is none, it is "".',
        )
    if wants is None or request == wants:
        return None
    if not wants:
        return _no_request(seen, request)
    if HANDSHAKE.decode() in request and request.strip() == HANDSHAKE.decode():
        return Finding(
            "returns-the-handshake",
            f"It returned {request!r} as the request: that is the handshake.",
        )
    if HANDSHAKE.decode() in request:
        return Finding(
            "handshake-not-read",
            f"It returned {request!r}: the handshake was never read, and came as the request.",
        )
    return _other_request(seen, request, wants)


def _no_request(seen, request):
    did = what_peer_did(seen.case)
    talk = said(seen.case)[len(HANDSHAKE) :].decode("ascii", "replace")
    if talk and talk.startswith(request.strip()):
        return Finding(
            "returns-half-a-request",
            f'It returned {request!r} as a request, when {did}; the request should be "".',
        )
    return Finding(
        "makes-up-a-request",
        f'It returned the request {request!r}, which nobody sent, when {did}; it should be "".',
    )


def _other_request(seen, request, wants):
    asked = f"The client asked {wants}, and"
    if not request:
        return Finding(
            "first-request-lost", f"{asked} the request that it returned is {request!r}."
        )
    if request == str(wants.encode()):
        return Finding(
            "bytes-as-text",
            f"{asked} it returned {request!r}: bytes that were made text with str().",
        )
    if request == wants.upper():
        return Finding(
            "takes-small-letters",
            f"{asked} it returned {request!r}; requests are capitals, and serve_requests answers others.",
        )
    if request.encode() == seen.sent:
        return Finding("returns-the-greeting", f"{asked} it returned its own greeting.")
    if wants.startswith(request):
        return Finding(
            "request-not-whole",
            f"{asked} it returned {request!r}: the rest is still in the stream.",
        )
    return Finding("changes-the-request", f"{asked} it returned {request!r}.")


def _peer(sock):
    try:
        return sock.getpeername()
    except OSError:
        return None
