"""The bytes on the wire: how long each field is, and how to send and receive it whole.

    client → server    handshake  2 bytes   b"Hi", once
                       request    4 bytes   capital ASCII letters, padded with spaces
    server → client    greeting  48 bytes   ASCII, padded with spaces, once
                       header     4 bytes   ASCII digits: how many bytes of body follow
                       body     0-9999      UTF-8

TCP delivers every byte, in order, but in pieces of its own choosing. So a field is complete when
its length has come, never because a piece ended.
"""

import socket
import time
from collections.abc import Collection

from lenproto.errors import ProtocolError, say

HANDSHAKE = b"Hi"
GREETING_BYTES = 48
REQUEST_BYTES = 4
HEADER_BYTES = 4
MAX_BODY_BYTES = 9999  # the most that four digits can say

DEFAULT_IP = "127.0.0.1"  # loopback: only programs on this computer can connect
DEFAULT_PORT = 8820


def recv_exactly(sock: socket.socket, n: int) -> bytes:
    """Receive n bytes, in as many pieces as they come; fewer only if the stream ends first.

    Blocks until then, but no longer in all than the socket's time limit: a peer that drips one
    byte at a time gets no new limit for each. Raises OSError.
    """
    limit_s, started = sock.gettimeout(), time.monotonic()
    received = b""
    try:
        while len(received) < n:
            if received and limit_s:
                # it comes in pieces: the next one has only the time that is left
                sock.settimeout(max(started + limit_s - time.monotonic(), 0.001))
            piece = sock.recv(n - len(received))
            if not piece:  # the end of the stream: nothing more will come, however long we wait
                break
            received += piece
    finally:
        if sock.gettimeout() != limit_s:
            sock.settimeout(limit_s)
    return received


def readable(data: bytes, encoding: str) -> str:
    """Return received bytes as text for a screen: what is no letter appears as an escape, such as \\x1b."""
    text = data.decode(encoding, "backslashreplace")
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text
    )


def frame(text: str) -> bytes:
    """Return the bytes of one answer: a 4-digit header that counts the body's bytes, the body.

    Bytes, not characters: "שלום" has 4 characters and 8 bytes. ValueError over 9999 bytes.
    """
    body = text.encode("utf-8")
    if len(body) > MAX_BODY_BYTES:
        raise ValueError(say("core.body-too-long", n=len(body), most=MAX_BODY_BYTES))
    return b"%04d" % len(body) + body


def body_length(header: bytes) -> int:
    """Return the number of body bytes a header announces; ProtocolError if it is no header."""
    if len(header) < HEADER_BYTES:
        raise ProtocolError(say("core.header-cut", received=len(header), whole=HEADER_BYTES))
    if not header.isdigit():  # int() alone would also take b"-001", b"  17" and b"1_00"
        raise ProtocolError(say("core.no-length", header=repr(header)))
    return int(header)


def greeting(requests: Collection[str]) -> bytes:
    """Return the 48 bytes that name the requests, such as ["TIME", "NAME"], and EXIT.

    ValueError where one is not four capital ASCII letters, or the names need over 48 bytes.
    """
    for name in requests:
        if not (
            len(name) == REQUEST_BYTES and name.isascii() and name.isalpha() and name.isupper()
        ):
            raise ValueError(say("core.no-request", name=repr(name)))
    names = ", ".join(requests) + " or EXIT"
    for sentence in ("Hello! You can ask for: " + names, "Ask for: " + names):
        if len(sentence) <= GREETING_BYTES:
            return sentence.ljust(GREETING_BYTES).encode("ascii")
    shown, n = repr(sentence), len(sentence)
    raise ValueError(say("core.greeting-too-long", room=GREETING_BYTES, greeting=shown, n=n))
