"""What goes wrong between two programs, in words: what happened, and what to do next."""

import errno
import socket

from lenproto.words import say

__all__ = ["ADVICE", "ADVICE_BY_NUMBER", "ProtocolError", "say", "why"]

ADVICE = {  # the first kind that fits an error says it
    ConnectionRefusedError: "core.advice.refused",
    TimeoutError: "core.advice.no-answer",
    ConnectionError: "core.advice.cut",
    socket.gaierror: "core.advice.no-address",
    PermissionError: "core.advice.not-permitted",
    OverflowError: "core.advice.no-port",
}
ADVICE_BY_NUMBER = {
    errno.EADDRINUSE: "core.advice.port-taken",
    errno.EADDRNOTAVAIL: "core.advice.not-its-own",
    errno.ENETUNREACH: "core.advice.unreachable",
    errno.EHOSTUNREACH: "core.advice.unreachable",
}


class ProtocolError(ValueError):
    """The other side sent bytes that the protocol does not allow, or stopped inside a field."""


def why(error: BaseException) -> str:
    """Return the sentence for an error of a connection: an OSError, ProtocolError or bad address."""
    number = getattr(error, "errno", None)
    if number in ADVICE_BY_NUMBER:
        return say(ADVICE_BY_NUMBER[number])
    fitting = (say(key) for kind, key in ADVICE.items() if isinstance(error, kind))
    return next(fitting, getattr(error, "strerror", None) or str(error))
