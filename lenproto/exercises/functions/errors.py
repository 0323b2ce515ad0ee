"""Python's own errors, where each has one usual cause: told by its kind, Python's words and the last call."""

import errno
import re
import socket
import sys

from lenproto.lab.program import text

# what the five functions are given and make: a name of another function is no name of one's own
OF_THE_FIVE = {
    "answer", "client_socket", "connected", "greeting", "ip", "message", "port", "request", "server_socket",
}  # fmt: skip
# misconception: the kinds of errors, and what Python says then, that show it; the first that fits counts
SAID = {
    # two values in brackets are the brackets of the call: the pair needs its own
    "pair-without-brackets": [
        (TypeError, r"\b(connect|connect_ex|bind)\(\) takes exactly one argument"),
        (TypeError, r"address must be tuple, not"),
        (TypeError, r"create_(server|connection)\(\) .*positional argument"),
    ],
    # what is typed, printed and split is text; what goes through a socket is bytes
    "text-for-bytes": [
        (TypeError, r"a bytes-like object is required, not 'str'"),
        (TypeError, r"string argument without an encoding"),
    ],
    "mixes-text-and-bytes": [
        (TypeError, r"can't concat str to bytes|can't concat bytes to str"),
        (TypeError, r"can only concatenate str \(not \"bytes\"\)"),
        (TypeError, r"must be str, not bytes|expected str instance, bytes found"),
        (TypeError, r"sequence item \d+: expected a bytes-like object, str"),
        (AttributeError, r"'bytes' object has no attribute '(encode|format|isnumeric|isdecimal)'"),
        (AttributeError, r"'str' object has no attribute 'decode'"),
    ],
    # four digits that came are four bytes: int() makes a number of them
    "digits-for-a-number": [
        (TypeError, r"'(bytes|str|bytearray)' object cannot be interpreted as an integer"),
        (
            TypeError,
            r"unsupported operand type\(s\) for [-+]=?: '(int|str|bytes)' and '(int|str|bytes)'",
        ),
        (
            TypeError,
            r"'[<>]=?' not supported between instances of '(int' and '(str|bytes)|(str|bytes)' and 'int)'",
        ),
    ],
    # accept() gives two things at once
    "accept-not-unpacked": [
        (
            AttributeError,
            r"'tuple' object has no attribute '(recv|send|sendall|close|settimeout|makefile)'",
        ),
    ],
}
MODULES = {"socket", "random", "time", "datetime", "select", "struct", "threading"}
OTHER_MODULES = {"math", "os", "string", "sys"}


def misconception(error, call):
    """Return the misconception that an error shows, "" if it may be any; call is the last call of a socket, or None."""
    if isinstance(error, TypeError) and _asks_a_text_for_a_port(call):
        return "port-as-text"
    if _hides_a_module(error):
        return "hides-a-module"
    if isinstance(error, NameError) and error.name in OF_THE_FIVE:
        return "anothers-variable"
    if isinstance(error, OSError) and error.errno == errno.EBADF:
        return "uses-a-closed-socket"
    return next((name for name, all_said in SAID.items() if _says(error, all_said)), "")


def forgotten(error):
    """Return the module whose name was used, and which nobody has imported; "" if it is no such error."""
    unknown = isinstance(error, NameError) and not isinstance(error, UnboundLocalError)
    return error.name if unknown and error.name in MODULES | OTHER_MODULES else ""


def _says(error, all_said):
    return any(isinstance(error, kind) and re.search(said, text(error)) for kind, said in all_said)


def _named(error):
    named = re.search(r"'(\w+)'", text(error))
    return named[1] if named else ""


def _asks_a_text_for_a_port(call):
    address = call.argument if call and call.name in ("connect", "connect_ex", "bind") else None
    return isinstance(address, tuple) and len(address) > 1 and isinstance(address[1], str | bytes)


def _hides_a_module(error):
    """Whether a name that is a module's stands for something else: a socket, or a file of one's own of that name."""
    if isinstance(error, UnboundLocalError):  # not every Python tells its name but in the sentence
        return (error.name or _named(error)) in MODULES
    if not isinstance(error, AttributeError):
        return False
    thing, name = error.obj, error.name
    if isinstance(thing, socket.socket) and not hasattr(socket.socket, name or ""):
        return hasattr(socket, name or "")
    if isinstance(thing, type) and thing.__module__ == "datetime":
        return name in ("datetime", "date", "timedelta")
    known = sys.modules.get(getattr(thing, "__name__", None) or "")
    return (
        known is thing and getattr(thing, "__name__", "") in MODULES and "partially" in str(error)
    )
