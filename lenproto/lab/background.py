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
from lenproto.words import Words, say

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
                raise LabError(Words("lab.trouble.no-function", given=_shown(function)))
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
        if self._failure:
            raise LabError(self._failure)
        if not self.thread.is_alive():
            raise LabError(Words("lab.trouble.stopped", name=self.name))
        prints.stand_in()  # before a client comes, of whom the server prints a line
        return self._address

    @property
    def printed(self):
        """What its functions printed so far."""
        return self._program.printed

    @property
    def failure(self):
        """The sentence that says why it stopped by itself; None if it did not."""
        return self._failure and str(self._failure)

    @property
    def _failure(self):
        failure = self._program.failure
        return failure and failure.words("stage.stopped", name=self.name)

    @property
    def doing(self):
        """What it is doing now, in words, such as "stuck in accept(), line 43 of check_client"."""
        if self.failure or not self.thread.is_alive():
            return say("lab.doing.stopped")
        call = self.actor.doing
        if call is None:
            return say("lab.doing.running")
        manner = "stuck" if self.actor.blocked else "in"
        line, function = call.where.line, call.where.function
        return say(f"lab.doing.{manner}", call=call.text(), line=line, function=function)

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
            self._address = server_socket_of(listen, server_socket).getsockname()[:2]
            self._listening.set()
            while True:
                client_socket, request = client_of(
                    check, check(server_socket, **self._extra(check))
                )
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
        if self._failure:
            raise LabError(self._failure)
        if place is None:
            raise LabError(Words("lab.trouble.stopped-early", name=self.name))
        late = {"function": _name(listen), "seconds": f"{START_S:g}", "place": place}
        raise LabError(Words("lab.trouble.late", name=self.name, **late))


def server_socket_of(listen, sock):
    """Return what listen returned if it is a socket that listens; else LabError."""
    name = _name(listen)
    if not hasattr(sock, "getsockname"):
        raise LabError(Words("lab.trouble.no-socket", function=name, value=_shown(sock)))
    if sock.fileno() == -1:
        raise LabError(Words("lab.trouble.closed-socket", function=name))
    with contextlib.suppress(OSError):  # not every system tells whether a socket listens
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise LabError(Words("lab.trouble.deaf-socket", function=name))
    return sock


def client_of(check, returned):
    """Return what check returned if it is a pair that begins with a socket; else LabError."""
    is_pair = isinstance(returned, (tuple, list)) and len(returned) == 2
    if not is_pair or not hasattr(returned[0], "close"):
        value = _shown(returned)
        raise LabError(Words("lab.trouble.no-client", function=_name(check), value=value))
    return returned


def _fits(answers):
    """LabError where a table of answers cannot be the package's greeting: told now, not with the first client."""
    try:
        greeting(answers)
    except (ValueError, TypeError) as error:
        raise LabError(Words("lab.trouble.answers", error=str(error))) from None


def _name(function):
    return getattr(function, "__name__", type(function).__name__)


def _shown(value):
    """A value in a sentence, the same from run to run."""
    if isinstance(value, (tuple, list)):
        return f"({', '.join(str(_shown(each)) for each in value)})"
    if value is None or isinstance(value, (str, bytes, int, float)):
        return reprlib.repr(value)
    return Words("lab.value.other", kind=type(value).__name__)


@atexit.register
def _stop_all():
    for server in list(_running.values()):
        with contextlib.suppress(LabError):
            server.stop()
