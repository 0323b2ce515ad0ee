"""One call of a socket method, as plain data: who made it, where, and what came of it."""

import errno
import reprlib
import socket
from dataclasses import dataclass
from typing import Any, NamedTuple

from lenproto.words import say

CONNECTING = {"connect", "connect_ex"}
SENDING = {"send", "sendall", "sendto", "sendmsg"}
WAITING = {"select", "poll", "wait"}  # for one of several things, with a time limit of their own
SHUTDOWNS = {socket.SHUT_RD: "SHUT_RD", socket.SHUT_WR: "SHUT_WR", socket.SHUT_RDWR: "SHUT_RDWR"}
RECEIVING = {"recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into"}
SERVER = "server"  # the actor of this name is the server; every other one is a client

Stream = tuple[int | None, str | None]  # a connection, and the end that sent: "client" or "server"

_PLAIN = {chr(byte) for byte in range(32, 127)} - {'"', "\\"}


class Where(NamedTuple):
    """The place in the actor's own code that made a call."""

    function: str
    line: int
    file: str


@dataclass(slots=True, eq=False)
class Call:
    """One call of a socket method.

    argument is the bytes to send, the number of bytes asked for, or an (ip, port) address; result
    the bytes that came, the number of bytes sent, an address, or the exception; both may be None.
    close has as its result how many files of makefile() keep the connection open.
    A call that still blocks has ended None. started and ended are seconds since the trace began.
    connection counts the connections of the trace from 1; None where the socket has none yet. again
    says that a loop went on with the same call and the same result: those are not in the trace.
    """

    actor: str
    name: str
    argument: Any  # a learner's code may pass anything
    where: Where
    started: float
    result: Any = None
    ended: float | None = None
    connection: int | None = None
    again: bool = False

    @property
    def side(self) -> str:
        """At which end it was made: "client" or "server"."""
        return "server" if self.actor == SERVER else "client"

    @property
    def sender(self) -> str | None:
        """Which end put this call's bytes on the wire: "client" or "server"; None if it has none."""
        if not self.data:
            return None
        return "server" if (self.actor == SERVER) == (self.name in SENDING) else "client"

    @property
    def data(self) -> bytes:
        """The bytes that this call really sent or received."""
        succeeded = self.ended is not None and not isinstance(self.result, BaseException)
        if self.name in SENDING and succeeded:
            sent: bytes = self.argument
            return sent[: self.result] if isinstance(self.result, int) else sent
        if self.name in RECEIVING and isinstance(self.result, bytes):
            return self.result
        return b""

    @property
    def at_end_of_stream(self) -> bool:
        """Whether this call read the end of the stream: it asked for bytes, and none will come."""
        return self.name in RECEIVING and self.result == b"" and self.argument != 0

    @property
    def hangs_up(self) -> bool:
        """Whether this call has closed its end of a connection: no file of it was left that keeps it open."""
        return self.name == "close" and self.ended is not None and self.result is None

    @property
    def in_vain(self) -> bool:
        """Whether this call has ended and moved nothing: an error, the end of the stream, or nothing to do."""
        found_nothing = self.name in WAITING and self.result == 0
        return isinstance(self.result, BaseException) or self.at_end_of_stream or found_nothing

    @property
    def gives_way(self) -> bool:
        """Whether this call has let time pass, and got nothing: it is another one's turn."""
        if self.ended is None:
            return False
        return isinstance(self.result, BlockingIOError) or (
            self.name == "sleep" or (self.name in WAITING and self.result == 0)
        )

    def repeats(self, other: "Call") -> bool:
        """Whether this call is the same as another one: of the same method and bytes, from the same line."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("name", "argument", "where", "connection")
        )

    @property
    def awaits(self) -> str:
        """What a call that blocks waits for, in words."""
        return say(self.awaits_key, n=self.argument)

    @property
    def awaits_key(self) -> str:
        """The same, not said yet: the key of its words, in which n is the argument."""
        if self.name == "accept":
            return "stage.awaits.client"
        if self.name in RECEIVING:
            return "stage.awaits.bytes"
        if self.name in CONNECTING:
            return "stage.awaits.answer"
        if self.name == "wait":
            return "stage.awaits.thread"
        return "stage.awaits.any" if self.name in WAITING else "stage.awaits.room"

    def text(self, *, ports: bool = False) -> str:
        """The call as Python would write it, such as recv(48); bytes to send as their number."""
        argument = self.argument
        if isinstance(argument, bytes):
            argument = f"{len(argument)} byte" if len(argument) == 1 else f"{len(argument)} bytes"
        elif isinstance(argument, tuple):
            argument = _address(argument, ports)
        elif self.name == "shutdown" and argument in SHUTDOWNS:
            argument = SHUTDOWNS[argument]
        elif argument is not None:
            argument = reprlib.repr(argument)
        return f"{self.name}({'' if argument is None else argument})"

    def outcome(self, *, ports: bool = False) -> str:
        """What became of the call, in a word or two; bytes received as their number."""
        if self.ended is None:
            return say("stage.outcome.waiting")
        if isinstance(self.result, BaseException):
            return type(self.result).__name__
        if self.at_end_of_stream:
            return say("stage.outcome.end")
        if self.name in WAITING and isinstance(self.result, int):
            return say("stage.outcome.ready" if self.result else "stage.outcome.nothing")
        if self.name == "close" and self.result:
            return say("stage.outcome.kept-open", n=self.result)
        if isinstance(self.result, tuple):
            return say("stage.outcome.client", address=_address(self.result, ports))
        if self.name == "connect_ex" and self.result:
            return errno.errorcode.get(self.result, str(self.result))
        if self.name in RECEIVING or self.name in ("send", "sendmsg"):
            return _count(self.result)
        return ""


def literal(data: bytes) -> str:
    """Return bytes as Python writes them, in double quotes: b"Hi"."""
    return (
        'b"'
        + "".join(chr(byte) if chr(byte) in _PLAIN else f"\\x{byte:02x}" for byte in data)
        + '"'
    )


def _count(data: bytes | int) -> str:
    return say("stage.byte", n=data if isinstance(data, int) else len(data))


def _address(address: tuple[Any, ...], ports: bool) -> str:
    if len(address) < 2:  # it is none, but somebody tried it
        return str(address)
    ip, port = address[:2]
    return f'"{ip}", {port if ports or port == 0 else "port"}'
