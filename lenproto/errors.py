"""What goes wrong between two programs, in words: what happened, and what to do next."""

import errno
import socket

UNREACHABLE = (
    "it cannot be reached from here. Check the address, and that this computer is connected"
)
ADVICE = {  # the first kind that fits an error says it
    ConnectionRefusedError: "refused. No server listens there: start it, or check the address and the port",
    TimeoutError: "no answer in time. Is the server busy with somebody else, or another kind of server?",
    ConnectionError: "the other side cut the connection",
    socket.gaierror: "there is no such address. An IP address looks like 127.0.0.1",
    PermissionError: "not permitted. Ports below 1024 are the system's: choose a larger one",
    OverflowError: "there is no such port. Ports go from 0 to 65535",
}
ADVICE_BY_NUMBER = {
    errno.EADDRINUSE: "the port is taken. Stop the program that listens there, or choose another port",
    errno.EADDRNOTAVAIL: "this computer has no such address. 127.0.0.1 is always its own",
    errno.ENETUNREACH: UNREACHABLE,
    errno.EHOSTUNREACH: UNREACHABLE,
}


class ProtocolError(ValueError):
    """The other side sent bytes that the protocol does not allow, or stopped inside a field."""


def why(error: BaseException) -> str:
    """Return the sentence for an error of a connection: an OSError, ProtocolError or bad address."""
    number = getattr(error, "errno", None)
    if number in ADVICE_BY_NUMBER:
        return ADVICE_BY_NUMBER[number]
    fitting = (words for kind, words in ADVICE.items() if isinstance(error, kind))
    return next(fitting, getattr(error, "strerror", None) or str(error))
