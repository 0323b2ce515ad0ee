"""A server in a background thread, with an owner that stops it: server = Background()."""

import atexit
import contextlib
import inspect
import reprlib
import socket
import sys
import threading

from lenproto.answers import ANSWERS
from lenproto.lab import prints, tap
from lenproto.lab.program import LabError, Program
from lenproto.server import check_client, initial_listen, serve_requests
from lenproto.wire import DEFAULT_IP, greeting

START_S = 5.0  # seconds until a server has to listen

_running: dict[str, "Background"] = {}  # name → Background
# held while _running changes: of two servers that get one name, none is lost
_changing = threading.RLock()


class Background:
    """A server that runs the three functions it is given, in a thread, until stop().

    listen(ip, port), check(server_socket) and serve(request, client_socket) are the package's, or a
    learner's of the same meaning. answers is a table of answers for the package's own functions.
    One name, one server: making another of the same name stops the one before, so that a cell can
    be run again. Also a with block. LabError if it does not listen within START_S seconds.
    """

    def __init__(
        self,
        listen=initial_listen,
        check=check_client,
        serve=serve_requests,
        *,
        answers=None,
        ip=DEFAULT_IP,
        port=0,
        name="server",
    ):
        for function in (listen, check, serve):
            if not callable(function):
                given = _shown(function)
                raise LabError(
                    f"{given} stands where a function is needed. Give its name alone, without ()."
                )
        if check is check_client and answers is not None:
            _fits(answers)
        self.name = name
        self.answers = ANSWERS if answers is None else answers
        self._address = None
        self._told = False
        self._listening = threading.Event()
        self._functions = listen, check, serve
        self._program = Program(name, self._serve, ip, port)
        self.thread = self._program.thread
        with _changing:
            if before := _running.get(name):
                try:
                    before.stop()
                except LabError as error:  # its port is free all the same
                    print(error, file=sys.stderr)
            _running[name] = self
            self._program.start()
            self.actor = self._program.actor
        self._listening.wait(START_S)
        if self._address is None:
            self._give_up(listen)

    @property
    def address(self):
        """The (ip, port) where it listens. LabError if it has failed or was stopped."""
        if self.failure:
            raise LabError(self.failure)
        if not self.thread.is_alive():
            raise LabError(f"{self.name} was stopped. Run the cell that starts it again.")
        prints.stand_in()  # before a client comes, of whom the server prints a line
        return self._address

    @property
    def printed(self):
        """What its functions printed so far."""
        return self._program.printed

    @property
    def failure(self):
        """The sentence that says why it stopped by itself; None if it did not."""
        return self._program.failure

    @property
    def doing(self):
        """What it is doing now, in words, such as "stuck in accept(), line 43 of check_client"."""
        if self.failure or not self.thread.is_alive():
            return "stopped"
        call = self.actor.doing
        if call is None:
            return "running"
        manner = "stuck in" if self.actor.blocked else "in"
        return f"{manner} {call.text()}, line {call.where.line} of {call.where.function}"

    @contextlib.contextmanager
    def record(self):
        """Record both sides: this thread as "client", the server's as "server". Gives the trace.

        A failure of the server meanwhile is told at the end of the block. LabError if it does not run.
        """
        _ = self.address
        tap.settle([self.actor])  # what it did before is not half in the trace
        try:
            with tap.Tap({threading.current_thread(): "client", self.thread: "server"}) as trace:
                yield trace
        finally:
            self.tell()

    def tell(self):
        """Print, once, why the server stopped by itself, if it did."""
        if self.failure and not self._told:
            self._told = True
            print(self.failure, file=sys.stderr)

    def stop(self):
        """Stop the server: returns once its thread has ended and its port is free again.

        LabError if the thread does not end within STOP_S seconds; its port is free then, too.
        """
        try:
            self._program.stop()
        finally:
            with _changing:
                if _running.get(self.name) is self:
                    del _running[self.name]
        self.tell()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def __repr__(self):
        tap.settle([self.actor])  # say where it has come to, not what it is in the middle of
        return f"{self.name}: {self.doing}"

    def _serve(self, ip, port):
        """The server's program, as the course text has it: it ends by an error only."""
        try:
            listen, check, serve = self._functions
            server_socket = listen(ip, port)
            self._address = _server_socket(listen, server_socket).getsockname()[:2]
            self._listening.set()
            while True:
                client_socket, request = _client(check, check(server_socket, **self._extra(check)))
                serve(request, client_socket, **self._extra(serve))
        finally:
            self._listening.set()

    def _extra(self, function):
        """The table of answers, for a function that takes one."""
        with contextlib.suppress(TypeError, ValueError):
            # some built-in ones do not say what they take
            if self.answers is not ANSWERS and "answers" in inspect.signature(function).parameters:
                return {"answers": self.answers}
        return {}

    def _give_up(self, listen):
        """It does not listen: stop it, and say why."""
        place = self._program.place if not self._listening.is_set() else None
        self._told = True
        with contextlib.suppress(LabError):
            self.stop()
        late = f"{self.name}: {_name(listen)} has not returned after {START_S:g} s; it is {place}."
        raise LabError(
            self.failure or (late if place else f"{self.name} was stopped before it listened.")
        )


def _server_socket(listen, sock):
    """Return what listen returned if it is a socket that listens; else LabError."""
    needed = "needed: the server socket"
    if not hasattr(sock, "getsockname"):
        raise LabError(f"{_name(listen)} returned {_shown(sock)}; {needed}")
    if sock.fileno() == -1:
        raise LabError(f"{_name(listen)} returned a closed socket; {needed}, still open")
    with contextlib.suppress(OSError):  # not every system tells whether a socket listens
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise LabError(
                f"{_name(listen)} returned a socket that does not listen; {needed}, after bind and listen"
            )
    return sock


def _client(check, returned):
    """Return what check returned if it is a pair that begins with a socket; else LabError."""
    is_pair = isinstance(returned, (tuple, list)) and len(returned) == 2
    if not is_pair or not hasattr(returned[0], "close"):
        raise LabError(
            f"{_name(check)} returned {_shown(returned)}; needed: the client socket and its request"
        )
    return returned


def _fits(answers):
    """LabError where a table of answers cannot be the package's greeting: told now, not with the first client."""
    try:
        greeting(answers)
    except (ValueError, TypeError) as error:
        raise LabError(f"The table of answers does not fit: {error}") from None


def _name(function):
    return getattr(function, "__name__", type(function).__name__)


def _shown(value):
    """A value in a sentence, the same from run to run."""
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_shown, value))})"
    if value is None or isinstance(value, (str, bytes, int, float)):
        return reprlib.repr(value)
    return f"a {type(value).__name__}"


@atexit.register
def _stop_all():
    for server in list(_running.values()):
        with contextlib.suppress(LabError):
            server.stop()
