"""A server in a background thread, with an owner that stops it: server = Background()."""

import atexit
import contextlib
import ctypes
import sys
import threading
import time
import traceback

from lenproto.answers import ANSWERS
from lenproto.lab import prints, tap
from lenproto.server import check_client, initial_listen, serve_requests
from lenproto.wire import DEFAULT_IP

START_S = 5.0  # seconds until a server has to listen
STOP_S = 2.0  # seconds until a stopped server's thread has to end

_running = {}  # name → Background


class LabError(Exception):
    """Something a learner can mend, in a sentence. A notebook shows the sentence alone."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class Background:
    """A server that runs the three functions it is given, in a thread, until stop().

    listen(ip, port), check(server_socket) and serve(request, client_socket) are the package's, or a
    learner's of the same meaning. answers is a table of answers for the package's own functions.
    One name, one server: making another of the same name stops the one before, so that a cell can
    be run again. Also a with block. LabError if it does not listen within START_S seconds.
    """

    def __init__(self, listen=initial_listen, check=check_client, serve=serve_requests, *,
                 answers=None, ip=DEFAULT_IP, port=0, name="server"):
        if name in _running:
            _running[name].stop()
        extra = {"answers": answers} if answers is not None else {}
        self.name = name
        self.answers = ANSWERS if answers is None else answers
        self.failure = None  # the sentence that says why it stopped by itself
        self._address = None
        self._printed = None
        self._told = False
        self._listening = threading.Event()
        self._functions = listen, check, serve
        self.thread = threading.Thread(target=self._run, args=(ip, port, extra), name=name, daemon=True)
        _running[name] = self
        self.thread.start()
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
        return self._address

    @property
    def printed(self):
        """What its functions printed so far."""
        return self._printed.getvalue() if self._printed else ""

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

        A failure of the server meanwhile is told at the end of the block.
        """
        with tap.Tap({threading.current_thread(): "client", self.thread: "server"}) as trace:
            yield trace
        self.tell()

    def tell(self):
        """Print, once, why the server stopped by itself, if it did."""
        if self.failure and not self._told:
            self._told = True
            print(self.failure, file=sys.stderr)

    def stop(self):
        """Stop the server: returns once its thread has ended and its port is free again."""
        self.actor.stopping = True
        deadline = time.monotonic() + STOP_S
        while self.thread.is_alive() and time.monotonic() < deadline:
            self._wake()
            self.thread.join(0.02)
        if self.thread.is_alive():
            raise LabError(f"{self.name} did not stop within {STOP_S:g} s; it is {self._place()}.")
        if _running.get(self.name) is self:
            del _running[self.name]
        self.tell()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def __repr__(self):
        return f"{self.name}: {self.doing}"

    def _run(self, ip, port, extra):
        """The server's program, as the course text has it; the life of the thread."""
        listen, check, serve = self._functions
        self._printed = prints.catch()
        self.actor = tap.watch(threading.current_thread())
        try:
            server_socket = listen(ip, port)
            self._address = self._checked(listen, server_socket, "the server socket", "getsockname").getsockname()
            self._listening.set()
            while True:
                client = check(server_socket, **extra)
                if not isinstance(client, (tuple, list)) or len(client) != 2:
                    raise LabError(f"{check.__name__} returned {client!r}; needed: the client socket and its request")
                client_socket, request = client
                self._checked(check, client_socket, "the client socket", "close")
                serve(request, client_socket, **extra)
        except tap.Stopped:
            pass
        except BaseException as error:
            self.failure = f"{self.name} stopped: {sentence(error)}"
        finally:
            for sock in list(self.actor.sockets):
                tap.original("close")(sock)
            tap.unwatch(threading.current_thread())
            prints.release()
            self._listening.set()

    @staticmethod
    def _checked(function, sock, what, method):
        if not hasattr(sock, method):
            raise LabError(f"{function.__name__} returned {sock!r}; needed: {what}")
        return sock

    def _give_up(self, listen):
        """It does not listen: stop it, and say why."""
        place = self._place()
        self._told = True
        self.stop()
        raise LabError(self.failure or f"{self.name}: {listen.__name__} has not returned after {START_S:g} s; it is {place}.")

    def _wake(self):
        """Bring the thread to its next step, where Stopped awaits it."""
        call, sock = self.actor.doing, self.actor.sock
        if call is None:  # it is not at a socket: computing, printing
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.thread.ident), ctypes.py_object(tap.Stopped)
            )
        elif call.name == "accept":  # only a client makes accept return on every system
            with contextlib.suppress(OSError), tap.socket.socket() as caller:
                caller.settimeout(0.2)
                tap.original("connect")(caller, sock.getsockname())
        else:
            with contextlib.suppress(OSError):
                tap.original("shutdown")(sock, tap.socket.SHUT_RDWR)

    def _place(self):
        """The line where the thread is now, in words."""
        frame = sys._current_frames().get(self.thread.ident)
        if frame is None:
            return "at its end"
        last = traceback.extract_stack(frame)[-1]
        return f"in line {last.lineno} of {last.name}"


def sentence(error):
    """An error in words: what it is, and the line where it happened."""
    if isinstance(error, LabError):
        return str(error)
    own = [step for step in traceback.extract_tb(error.__traceback__) if not tap.is_helper(step.filename)]
    place = f", line {own[-1].lineno} of {own[-1].name}" if own else ""
    return f"{type(error).__name__}: {error}{place}"


@atexit.register
def _stop_all():
    for server in list(_running.values()):
        with contextlib.suppress(LabError):
            server.stop()
