"""A function in a thread of its own, one side of a conversation: watched, its prints caught, stopped by its owner."""

import builtins
import concurrent.futures.thread
import contextlib
import ctypes
import difflib
import linecache
import re
import socket
import sys
import threading
import traceback
from dataclasses import dataclass
from time import monotonic  # the real one, also where a judge puts another in its place
from types import FrameType

from lenproto.errors import ProtocolError, why
from lenproto.lab import keyboard, prints, tap
from lenproto.lab.call import Where
from lenproto.lab.pace import Pace
from lenproto.words import Words

_POOL_WORKER = concurrent.futures.thread._worker.__code__  # in it a thread of a pool waits for work
LIKE = 0.75  # so like must a name be another one that it is guessed to be meant: 1 is the same
STOP_S = 2.0  # seconds until a stopped program's threads have to end


class LabError(Exception):
    """Something a learner can mend, in a sentence, or Words for one. A notebook shows the sentence alone."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class Failure:
    """Why a program stopped by itself: the error in words, and the place in its own code; None where it has none."""

    error: Words | str
    where: Where | None = None

    def words(self, key, **values):
        """The entry of this key: its `here` where there is a place, else its `somewhere`."""
        if self.where is None:
            return Words(f"{key}.somewhere", error=self.error, **values)
        line, function = self.where.line, self.where.function
        return Words(f"{key}.here", error=self.error, line=line, function=function, **values)


class Program:
    """Runs function(*args) in a thread until it ends, or stop().

    result is what it returned, error what it raised, failed_at the Where of that, failure why it
    stopped; all None until then. guess is a name that may be meant by one that is not there.
    Threads that it starts belong to it: they are watched,
    caught and stopped with it.
    """

    def __init__(self, name, function, *args):
        self.name = name
        self.result = self.error = self.failed_at = self.failure = None
        self.guess = ""  # a name that may be meant where the error is about another one
        self.left_open = 0  # sockets, when an error ended it
        self.thread = threading.Thread(
            target=self._run, args=(function, args), name=name, daemon=True
        )
        self.actor = None  # of its own thread
        self.actors = []  # the same, and those of the threads that it started
        self.thread_errors = []  # those in which such threads ended, the lines, names that may be meant
        self._text = None
        # the threads into which Stopped may be thrown, at any place in them
        self._stoppable = set()

    def start(self, pace=None):
        """Start the thread, at this pace; free, if none is given."""
        self.actor = tap.watch(self.thread)
        self.actors.append(self.actor)
        self.actor.pace = pace or Pace()
        self.actor.pace.adopt, self.actor.pace.alone = self._adopt, self._is_alone
        self.thread.start()

    def _is_alone(self):
        """Whether no other of its threads lives than the one that asks."""
        current = threading.current_thread()
        return not any(
            actor.thread.is_alive() for actor in self.actors if actor.thread is not current
        )

    @property
    def alive(self):
        """Whether it still runs, or one of the threads that it started."""
        return any(actor.thread.is_alive() for actor in self.actors)

    @property
    def printed(self):
        """What it printed so far."""
        return self._text.getvalue() if self._text else ""

    @property
    def printed_characters(self):
        """How many characters it printed so far, those that are not kept included."""
        return self._text.written if self._text else 0

    @property
    def closed_its_output(self):
        """Whether it closed sys.stdout or sys.stderr."""
        return bool(self._text and self._text.shut)

    @property
    def place(self):
        """The line of its own code where its thread is now, in words."""
        frame = sys._current_frames().get(self.thread.ident)
        steps = traceback.extract_stack(frame) if frame else []
        own = [step for step in steps if not tap.is_helper(step.filename)]
        if not own:
            return Words("stage.place.between")
        return Words("stage.place.line", line=own[-1].lineno, function=own[-1].name)

    def waits_for_another(self, thread):
        """Whether a thread stands in join(), Event.wait(), Queue.get() or the like, for another one to go on."""
        frame, names = sys._current_frames().get(thread.ident), []
        if frame and frame.f_code is _POOL_WORKER:
            line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
            return "get(block=True)" in line and frame.f_locals["work_queue"].empty()
        # what stands in for the waiting of threading calls it in turn
        # a thread that goes on meanwhile may leave anything there (seen: a socket, with Python 3.11)
        while isinstance(frame, FrameType) and frame.f_code.co_filename.startswith(
            (threading.__file__, *tap.STAND_INS)
        ):
            if (frame.f_locals.get("timeout") or -1) >= 0:
                return False  # it goes on by itself
            names.append(frame.f_code.co_name)
            frame = frame.f_back
        # from a gate: it goes on in a moment
        released = isinstance(frame, FrameType) and frame.f_code.co_filename.startswith(tap.LAB)
        waits = {"wait", "join", "_wait_for_tstate_lock"} & set(names)
        # only for a moment does start() wait
        return bool(waits) and not released and "start" not in names

    def stop(self):
        """Stop it: returns once all its threads have ended and its sockets are closed.

        LabError if one does not end within STOP_S seconds; its sockets are closed then, too.
        """
        for actor in self.actors:
            actor.stopping = True
        if any(actor.thread is threading.current_thread() for actor in self.actors):
            raise tap.Stopped  # one of its own functions stops it
        deadline, throw = monotonic() + STOP_S, False
        while self.alive and monotonic() < deadline:
            alive = [actor for actor in self.actors if actor.thread.is_alive()]
            for actor in alive:
                self._wake(actor, throw)
            for actor in alive:
                actor.thread.join(0.02 / len(alive))
            throw = True  # it does not come to its next call by itself
        late, place = self.alive, self.place
        self._close_sockets(self.actors)
        if late:
            seconds = f"{STOP_S:g}"
            raise LabError(
                Words("stage.trouble.does-not-stop", name=self.name, seconds=seconds, place=place)
            )

    def _run(self, function, args):
        """The life of the thread."""
        try:
            self._text = prints.catch()
            with self._exposed(self.actor):
                self.result = function(*args)
        except BaseException as error:
            if not self.actor.stopping:
                self.failed_at = place_of(error)  # before failure, which tells others to look
                self.failure, self.guess = failure_of(error), guess_of(error)
            # while the error still holds those that only a function knew
            self.left_open = sum(sock.fileno() != -1 for sock in self.actor.sockets)
            self._close_sockets([self.actor])
            if not self.actor.stopping:
                # which would hold all that its functions knew
                self.error = error.with_traceback(None)
        self._let_go(self.actor)
        tap.unwatch(self.thread)
        prints.release()

    @staticmethod
    def _let_go(actor):
        """Hold no longer what it accepted last: its program may not either, and then the connection ends here."""
        if not actor.stopping:  # else its owner closes it
            actor.accepted = None

    @contextlib.contextmanager
    def _exposed(self, actor):
        """In here, Stopped may be thrown into an actor's thread."""
        self._stoppable.add(actor.thread)
        try:
            yield
        finally:
            self._stoppable.discard(actor.thread)
            with actor.lock:  # wait for one that is being thrown: it hits here
                pass

    def _adopt(self, thread):
        """Make a thread that it is about to start one of its own."""
        actor = tap.watch(thread)
        actor.pace, run = self.actor.pace.another(), thread.run
        keyboard.hand_on(thread)
        for each, name in list(self.actor.taps.items()):
            each.add(thread, name)

        def adopted():
            prints.catch(self._text)
            try:
                with self._exposed(actor):
                    run()
            except BaseException as error:
                if not actor.stopping and not isinstance(error, SystemExit):
                    failure, guess = failure_of(error), guess_of(error)
                    # without what its functions knew
                    self.thread_errors.append((error.with_traceback(None), failure.where, guess))
                    print(failure.words("stage.thread-stopped", name=thread.name), file=sys.stderr)
            finally:
                self._let_go(actor)
                tap.unwatch(thread)
                prints.release()
                keyboard.take(thread)

        thread.run = adopted
        self.actors.append(actor)

    def _wake(self, actor, throw):
        """Bring a thread to its next call, where Stopped awaits it; throw: or let that hit it where it is."""
        with actor.lock:  # no call begins meanwhile
            call, sockets = actor.doing, list(actor.sockets)
            if call:
                # where it waits for several, it is one of them
                sockets = [actor.sock] if actor.sock else sockets
            elif throw and actor.thread in self._stoppable:
                # it computes, prints, or waits for what no tap sees
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(actor.thread.ident), ctypes.py_object(_Thrown)
                )
        for sock in sockets:
            with contextlib.suppress(OSError):
                if call and call.name == "accept":
                    _call(sock)
                else:
                    tap.original("shutdown")(sock, socket.SHUT_RDWR)

    @staticmethod
    def _close_sockets(actors):
        """Close all sockets that they used. First shut down: a thread that waits there goes on then."""
        for actor in actors:
            with actor.lock:
                sockets = list(actor.sockets)
            for sock in sockets:
                with contextlib.suppress(OSError):
                    tap.original("shutdown")(sock, socket.SHUT_RDWR)
                tap.original("close")(sock)
                for each, name in list(actor.taps.items()):
                    each.drop(sock, name)


class _Thrown(tap.Stopped):
    """A Stopped that hits a thread anywhere, and once more at its next line: there, no bare except holds it."""

    def __init__(self):
        super().__init__()  # made in the thread that it hits
        frame = sys._getframe(1)
        while frame:
            if not tap.is_helper(frame.f_code.co_filename):
                frame.f_trace = _strike
            frame = frame.f_back
        sys.settrace(lambda *_: None)


def _strike(frame, event, argument):
    if event == "line":
        raise tap.Stopped
    return _strike


def _call(server_socket):
    """Connect to a server socket and leave: only a client makes accept return on every system."""
    address = server_socket.getsockname()
    if address[0] in ("0.0.0.0", "::"):
        # all addresses of this computer; not every system can call that
        address = ("127.0.0.1" if address[0] == "0.0.0.0" else "::1", *address[1:])
    caller = tap.SOCKET(server_socket.family, server_socket.type)
    try:
        caller.settimeout(0.2)
        tap.original("connect")(caller, address)
    finally:
        tap.original("close")(caller)  # no trace shows it: it is not the learner's doing


def place_of(error):
    """The innermost place in a program's own code that an error came from; None if it is from elsewhere."""
    own = [
        step
        for step in traceback.extract_tb(error.__traceback__)
        if not tap.is_helper(step.filename)
    ]
    return Where(own[-1].name, own[-1].lineno, own[-1].filename) if own else None


def text(error: BaseException) -> str:
    """What an error says of itself; what it is, where not even that can be asked."""
    try:
        return str(error)
    except BaseException:  # a learner's own kind
        return type(error).__name__


def guess_of(error):
    """Return the name in reach that is most like the one that an error says is not there; "" where none is like it."""
    with contextlib.suppress(Exception):  # a value that cannot tell what it has
        return _guess(error)
    return ""


def _guess(error):
    wrong, names = "", ()
    if isinstance(error, NameError) and error.name:
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        wrong = error.name
        names = {*frames[-1].f_locals, *frames[-1].f_globals, *dir(builtins)} if frames else ()
    elif isinstance(error, AttributeError) and error.name:
        wrong, names = error.name, dir(error.obj)
    elif isinstance(error, ImportError) and (said := re.search(r"import name '(\w+)'", str(error))):
        wrong, names = said[1], dir(sys.modules.get(error.name))
    elif isinstance(error, ModuleNotFoundError) and error.name:
        wrong, names = error.name, sys.stdlib_module_names
    return next(iter(difflib.get_close_matches(wrong, names, 1, LIKE)), "") if wrong else ""


def failure_of(error):
    """An error as a Failure: what it is, and the line where it happened."""
    if isinstance(error, LabError):
        return Failure(error.args[0] if error.args else "")
    where = place_of(error)
    if isinstance(error, SystemExit):
        return Failure(Words("stage.error.exit"), where)
    kind, words = type(error).__name__, ""
    with contextlib.suppress(
        BaseException
    ):  # a learner's own kind of error may fail to say what it is
        # but a time limit that was over here was the learner's
        advice = (OSError, ProtocolError, OverflowError)
        words = (
            why(error)
            if isinstance(error, advice) and not isinstance(error, TimeoutError)
            else str(error)
        )
    return Failure(Words("stage.error.why", kind=kind, why=words) if words else kind, where)
