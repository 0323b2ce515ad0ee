"""The server: listens, looks for a client, answers it until EXIT, looks for the next one."""

import os
import socket

from lenproto.answers import ANSWERS, EXIT, Answers, answer_to
from lenproto.errors import SOCKET_IS_GONE, pause, say
from lenproto.wire import (
    DEFAULT_IP,
    DEFAULT_PORT,
    HANDSHAKE,
    REQUEST_BYTES,
    frame,
    greeting,
    recv_exactly,
)

CLIENT_TIMEOUT_S = 300  # a silent client may not keep the others waiting for ever


def initial_listen(ip: str, port: int) -> socket.socket:
    """Return a server socket that listens at ip and port (0: any free port).

    Does not block. Raises OSError if the port is taken, forbidden, or the address is not this
    computer's; the socket is closed then. Who calls closes the socket in the end.
    """
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # the port is free at once after a restart; on Windows two could share it
            server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen()
    except BaseException:
        server_socket.close()
        raise
    return server_socket


def check_client(
    server_socket: socket.socket,
    *,
    answers: Answers = ANSWERS,
    timeout_s: float | None = CLIENT_TIMEOUT_S,
) -> tuple[socket.socket, str]:
    """Wait for a client, shake hands, greet it, and return (client_socket, first request).

    The request is "" where the client left, fell silent for timeout_s seconds (None: no limit)
    or did not say Hi. Blocks. Raises OSError only if the server socket itself fails. The client
    socket is still open: serve_requests closes it.
    """
    client_socket, address = server_socket.accept()
    try:
        ip, port = address or ("?", "?")  # macOS has no address for one that left
        report(say("core.client", address=f"{ip}:{port}"))
        client_socket.settimeout(timeout_s)
        # no answer waits for an earlier one
        client_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if recv_exactly(client_socket, len(HANDSHAKE)) != HANDSHAKE:
            return client_socket, ""
        client_socket.sendall(greeting(answers))
        return client_socket, recv_request(client_socket)
    except OSError:  # it reset the connection, or said nothing for too long
        return client_socket, ""
    except BaseException:
        client_socket.close()
        raise


def serve_requests(
    request: str,
    client_socket: socket.socket,
    *,
    answers: Answers = ANSWERS,
    timeout_s: float | None = CLIENT_TIMEOUT_S,
) -> None:
    """Answer this request and all that follow, until EXIT; close the client's socket.

    An empty request means that the client has left. Blocks, at most timeout_s seconds (None: no
    limit) for each request and for each answer that the client does not take. No failure of the
    client raises; an error in a function of the table of answers does, the socket closed.
    """
    with client_socket:
        if request:  # else the client has left
            client_socket.settimeout(timeout_s)
        while True:
            if request in ("", EXIT):
                break
            answer = frame(answer_to(request, answers))
            try:
                client_socket.sendall(answer)
                request = recv_request(client_socket)
            except OSError:  # the client reset the connection, or fell silent
                break


def recv_request(client_socket: socket.socket) -> str:
    """Return the next request as text; "" if the stream ends before its four bytes are there."""
    request = recv_exactly(client_socket, REQUEST_BYTES)
    # Not every byte is a letter. A strange one is shown as \xff, and matches no known request.
    return request.decode("ascii", "backslashreplace") if len(request) == REQUEST_BYTES else ""


def report(line: str) -> None:
    """Print a line at once. Where nobody reads standard output any more, the server goes on."""
    try:
        print(line, flush=True)
    except OSError:
        return


def next_client(
    server_socket: socket.socket, answers: Answers, timeout_s: float | None
) -> tuple[socket.socket, str]:
    """Do what check_client does, again and again, until there is a client, and return the same.

    Says once why there is none, if it is not the client's doing, and pauses before each new try.
    Raises OSError only if the server socket itself fails for good.
    """
    paused_s = 0.0
    while True:
        try:
            return check_client(server_socket, answers=answers, timeout_s=timeout_s)
        except (ConnectionError, TimeoutError):
            # a client that was gone before accept could return it
            continue
        except OSError as error:  # no descriptor or no memory is free, the network is down, ...
            if error.errno in SOCKET_IS_GONE:
                raise
            if not paused_s:
                report(say("core.no-client", why=error.strerror or error))
            paused_s = pause(paused_s)


def main(
    ip: str = DEFAULT_IP,
    port: int = DEFAULT_PORT,
    *,
    answers: Answers = ANSWERS,
    timeout_s: float | None = CLIENT_TIMEOUT_S,
) -> None:
    """Run the server until Ctrl-C. Raises OSError where it cannot listen, or cannot any more."""
    greeting(answers)  # a table that does not fit is an error now, not with the first client
    try:
        with initial_listen(ip, port) as server_socket:
            report(say("core.listening", address="{}:{}".format(*server_socket.getsockname())))
            if os.name == "nt":  # there accept hears Ctrl-C only when it returns
                server_socket.settimeout(1)
            while True:
                client_socket, request = next_client(server_socket, answers, timeout_s)
                serve_requests(request, client_socket, answers=answers, timeout_s=timeout_s)
    except KeyboardInterrupt:
        report(say("core.stopped"))
