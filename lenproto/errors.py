"""What goes wrong between two programs, in words: what happened, and what to do next."""

import errno
import socket
import time

from lenproto.words import say

__all__ = [
    "ADVICE",
    "ADVICE_BY_NUMBER",
    "SOCKET_IS_GONE",
    "ProtocolError",
    "pause",
    "say",
    "why",
]

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
# accept() of a socket that is closed, does not listen or is none: trying again is of no use
SOCKET_IS_GONE = {
    errno.EBADF,
    errno.EINVAL,
    errno.ENOTSOCK,
    getattr(errno, "WSAEINVAL", errno.EINVAL),
}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 1.0


class ProtocolError(ValueError):
    """The other side sent bytes that the protocol does not allow, or stopped inside a field."""


def why(error: BaseException) -> str:
    """Return the sentence for an error of a connection: an OSError, ProtocolError or bad address."""
    number = getattr(error, "errno", None)
    if number in ADVICE_BY_NUMBER:
        return say(ADVICE_BY_NUMBER[number])
    fitting = (say(key) for kind, key in ADVICE.items() if isinstance(error, kind))
    return next(fitting, getattr(error, "strerror", None) or str(error))


def pause(before_s: float) -> float:
    """Wait twice as long as before, up to a second; return how long that was, in seconds. before_s is 0 at first."""
    pause_s = min(max(2 * before_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
    time.sleep(pause_s)
    return pause_s
