"""The client: makes contact with a server, then sends it what a person asks for."""

import socket
import sys
from collections.abc import Callable

from lenproto.errors import ProtocolError, say, why
from lenproto.wire import (
    DEFAULT_IP,
    DEFAULT_PORT,
    GREETING_BYTES,
    HANDSHAKE,
    HEADER_BYTES,
    REQUEST_BYTES,
    body_length,
    readable,
    recv_exactly,
)

SERVER_TIMEOUT_S = 10  # a silent server may not keep a person waiting for ever


def initial_contact(
    ip: str, port: int, *, timeout_s: float | None = SERVER_TIMEOUT_S
) -> tuple[bool, str, socket.socket | None]:
    """Connect, say Hi, and return (True, the server's greeting, the client socket).

    Blocks, at most timeout_s seconds (None: no limit) for each step. On any problem: one line on
    standard error that says why, the socket closed, and (False, "", None). Raises nothing. After
    success the socket is the caller's to close; send_requests does.
    """
    client_socket = None
    try:
        client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        client_socket.settimeout(timeout_s)
        client_socket.connect((ip, port))
        client_socket.sendall(HANDSHAKE)
        data = recv_exactly(client_socket, GREETING_BYTES)
        if len(data) < GREETING_BYTES:
            raise ProtocolError(say("core.greeting-cut", received=len(data), whole=GREETING_BYTES))
        greeting = readable(data, "ascii")
        print(greeting)
        return True, greeting, client_socket
    except BaseException as error:
        if client_socket:
            client_socket.close()
        if not isinstance(error, (OSError, OverflowError, ValueError, TypeError)):
            raise  # no problem of the connection: Ctrl-C while we wait
        print(say("core.no-contact", address=f"{ip}:{port}", why=why(error)), file=sys.stderr)
        return False, "", None


def send_requests(
    answer: str | bytes,
    client_socket: socket.socket,
    *,
    ask: Callable[[str], str] | None = None,
    timeout_s: float | None = SERVER_TIMEOUT_S,
) -> None:
    """Ask the person for requests, send each, print its answer, until no more answers come.

    answer is what the server said last: without one nothing is asked. ask(prompt) returns what
    the person typed, by default input; its EOFError ends the conversation. Blocks for the person
    without limit, for the server at most timeout_s seconds (None: no limit). A server that
    breaks off or breaks the protocol is reported in one line on standard error. Closes the socket.
    """
    with client_socket:
        try:
            client_socket.settimeout(timeout_s)
            while answer:
                client_socket.sendall(ask_request(ask or input))
                header = recv_exactly(client_socket, HEADER_BYTES)
                if not header:  # the end of the stream: the server has no more answers
                    break
                body = recv_exactly(client_socket, body_length(header))
                if len(body) < int(header):
                    raise ProtocolError(
                        say("core.answer-cut", received=len(body), announced=int(header))
                    )
                print(readable(body, "utf-8"))
                answer = header + body  # never empty: an answer of length 0000 is one, too
        except EOFError:  # the person has nothing more to ask
            print()
        except (OSError, ProtocolError) as error:
            print(say("core.broke-off", why=why(error)), file=sys.stderr)


def ask_request(ask: Callable[[str], str]) -> bytes:
    """Ask until the first four characters are ASCII; return them as 4 bytes, in capitals."""
    while True:
        request = ask(say("core.prompt"))[:REQUEST_BYTES]
        if request.isascii():
            return request.upper().ljust(REQUEST_BYTES).encode("ascii")
        print(say("core.not-ascii"))


def main(
    ip: str = DEFAULT_IP,
    port: int = DEFAULT_PORT,
    *,
    ask: Callable[[str], str] | None = None,
    timeout_s: float | None = SERVER_TIMEOUT_S,
) -> bool:
    """Run the client until the conversation ends; return whether there was contact at all."""
    contact, greeting, client_socket = initial_contact(ip, port, timeout_s=timeout_s)
    if client_socket:
        send_requests(greeting, client_socket, ask=ask, timeout_s=timeout_s)
    return contact
