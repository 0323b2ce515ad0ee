"""The cases as plain tests: in real time, the function in a thread, the scripted peer beside it.

One module for pytest, nbgrader and otter-grader alike, as a careful teacher would write it; an AssertionError says
what was wrong. Left out are the cases in which the peer is silent: they take as long as the function's own time limit.
"""

import builtins
import contextlib
import io
import socket
import threading
import time

from lenproto.answers import ANSWERS
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.functions.case import HEBREW_NAME, AnswerTo, cases
from lenproto.lab.shocks.player import play
from lenproto.lab.shocks.script import Peer
from lenproto.lab.shocks.table import NO_SUCH_ADDRESS
from lenproto.wire import DEFAULT_IP, GREETING_BYTES, HEADER_BYTES, greeting

# within which a function has to return: well under pytest's 2 s, so that the test itself can say it
RETURN_S = 1.2
PEER_S = 1.0  # within which what the peer expects has to come
LAST_WORD_S = 0.1  # that the peer may then still need
OTHER_IP = "127.0.0.2"
NOT_HI = ("wrong handshake", "speaks HTTP", "handshake in small letters")
NO_SUCH_IP = "192.0.2.1"  # RFC 5737: an address that no computer has

ALL = [case for function in FUNCTIONS for case in cases(function) if case.peer != "silent"]
# functions that never came back: their threads still run, and no more of them are started
hung = set()


def attempt(function, case):
    """Run a function in one case. AssertionError says what was wrong."""
    assert callable(function), f"{case.function} is missing"
    assert case.function not in hung, "not tried: it did not return in a case before"
    with contextlib.ExitStack() as stack:
        _CHECKS[case.function](function, case, stack)


def attempt_all(function, name, level):
    """Run a function in every case of a level, up to the first that fails."""
    for case in ALL:
        if (case.function, case.level) == (name, level):
            try:
                attempt(function, case)
            except AssertionError as error:
                raise AssertionError(f"{case.name}: {error}") from None


class Call:
    """A call of the learner's function, beside its peer: what it returned and printed, and what the peer saw."""

    def __init__(self, function, *arguments, case, connect=None):
        self.case, self.function, self.arguments, self.connect = case, function, arguments, connect
        self.result = self.error = None
        self.problem, self.played, self.after = "", [], b""
        self.ended = threading.Event()
        printed = io.StringIO()
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            keyboard(case.typed),
        ):
            threads = [
                threading.Thread(target=target, daemon=True) for target in (self.call, self.peer)
            ]
            for thread in threads:
                thread.start()
            self.ended.wait(RETURN_S)
            threads[1].join(LAST_WORD_S)
        self.printed = printed.getvalue()
        if not self.ended.is_set():
            hung.add(case.function)
        assert not self.problem, self.problem
        assert self.ended.is_set(), f"it did not return within {RETURN_S:g} s"

    def call(self):
        try:
            self.result = self.function(*self.arguments)
        except BaseException as error:
            self.error = error
        self.ended.set()

    def peer(self):
        """Play the peer's part; stay until the function has returned; note what was sent besides."""
        if self.connect is None:
            return
        try:
            sock = self.connect()
        except OSError as error:
            self.problem = f"no connection: {type(error).__name__}"
            return
        with sock:
            play(self.case.script, Peer(sock, PEER_S), self.played, time.monotonic())
            self.problem = next(
                (
                    f"step {note.number}, {note.step}: {note.problem}"
                    for note in self.played
                    if note.problem
                ),
                "",
            )
            if sock.fileno() != -1 and not self.problem and self.ended.wait(PEER_S):
                sock.settimeout(0.001)
                with contextlib.suppress(OSError):
                    self.after = sock.recv(65536)

    def returned(self):
        """Return what the function returned. AssertionError if it raised."""
        assert self.error is None, f"it raised {type(self.error).__name__}: {self.error}"
        return self.result


@contextlib.contextmanager
def keyboard(lines):
    """In here, input() gives these lines, and then no more."""
    left, before = list(lines), builtins.input

    def ask(prompt=""):
        print(prompt, end="")
        if not left:
            raise EOFError("nothing more was typed")
        return left.pop(0)

    builtins.input = ask
    try:
        yield
    finally:
        builtins.input = before


def initial_listen(function, case, stack):
    ip = OTHER_IP if case.name == "another address" else DEFAULT_IP
    if case.level == "shock":
        taken = stack.enter_context(socket.create_server((DEFAULT_IP, 0)))
        address = (NO_SUCH_IP, 0) if case.name == "no such address" else taken.getsockname()
        call = Call(function, *address, case=case)
        assert isinstance(call.error, OSError), (
            f"it could not listen, and gave {call.result if call.error is None else call.error!r}"
        )
        return
    port = 0 if case.name == "any port" else free_port(ip)
    sock = Call(function, ip, port, case=case).returned()
    assert isinstance(sock, socket.socket), f"it returned {sock!r}, not the server socket"
    stack.enter_context(sock)
    assert sock.type == socket.SOCK_STREAM, "the socket is no TCP socket"
    assert sock.getsockname()[0] == ip, f"it listens at {sock.getsockname()[0]}, not at {ip}"
    assert port in (0, sock.getsockname()[1]), "it listens at another port"
    try:
        socket.create_connection(sock.getsockname(), PEER_S).close()
    except OSError as error:
        raise AssertionError(f"a client cannot connect: {type(error).__name__}") from None


def free_port(ip):
    with socket.socket() as probe:
        probe.bind((ip, 0))
        return probe.getsockname()[1]


def check_client(function, case, stack):
    listener = stack.enter_context(socket.create_server((DEFAULT_IP, 0)))
    call = Call(
        function,
        listener,
        case=case,
        connect=lambda: socket.create_connection(listener.getsockname()),
    )
    pair = call.returned()
    assert isinstance(pair, (tuple, list)) and len(pair) == 2, (
        f"it returned {pair!r}, not the client's socket and the request"
    )
    sock, request = pair
    assert isinstance(sock, socket.socket), (
        f"it returned {type(sock).__name__} where the client's socket should be"
    )
    stack.enter_context(sock)
    assert isinstance(request, str), f"the request is {request!r}, no text"
    assert case.wants in (None, request), f"the request is {request!r}, not {case.wants!r}"
    said = b"".join(note.received for note in call.played) + call.after
    assert not said or not case.name.startswith(NOT_HI), (
        f"the client did not say Hi, and was sent {said!r}"
    )
    assert len(said) in (0, GREETING_BYTES), (
        f"it sent {len(said)} bytes, and the greeting has {GREETING_BYTES}: {said!r}"
    )
    if said:
        missing = [
            name
            for name in (*ANSWERS, "EXIT")
            if name not in said.decode("ascii", "replace").upper()
        ]
        assert not missing, f"the greeting does not say that one may ask for {', '.join(missing)}"


def serve_requests(function, case, stack):
    client, server = connected(stack)
    client.sendall(case.before)
    named(HEBREW_NAME if case.hebrew else "lena", stack)
    call = Call(function, case.request, server, case=case, connect=lambda: client)
    call.returned()
    assert server.fileno() == -1, "it returned, and did not close the client's socket"
    expected = [step.request for step in case.script if isinstance(step, AnswerTo)]
    answers = [
        note.received[HEADER_BYTES:].decode()
        for note in call.played
        if note.step.startswith("expect the answer")
    ]
    for request, answer in zip(expected, answers, strict=True):
        if request == "RAND":
            assert answer.isdecimal() and 1 <= int(answer) <= 10, (
                f"RAND was answered by {answer!r}, not a number from 1 to 10"
            )
    assert len(set(answers)) > 1 or case.name != "many random numbers", (
        "all random numbers are the same"
    )


def initial_contact(function, case, stack):
    listener = stack.enter_context(
        socket.create_server((OTHER_IP if case.name == "another address" else DEFAULT_IP, 0))
    )
    listener.settimeout(PEER_S)
    address = (NO_SUCH_ADDRESS, 8820) if case.name == "no such address" else listener.getsockname()
    if case.name == "refuses":
        listener.close()
    call = Call(
        function,
        *address,
        case=case,
        connect=(lambda: listener.accept()[0]) if case.script else None,
    )
    result = call.returned()
    if not case.wants:
        contact = result[0] if isinstance(result, (tuple, list)) and result else result
        assert contact is False, f"there was no contact, and it returned {result!r}"
        return
    assert isinstance(result, (tuple, list)) and len(result) == 3, (
        f"it returned {result!r}, not three things"
    )
    contact, answer, sock = result
    assert contact is True, f"there was contact, and it returned {contact!r} at first"
    assert isinstance(sock, socket.socket) and sock.fileno() != -1, (
        "the third thing is no open socket"
    )
    stack.enter_context(sock)
    assert isinstance(answer, str) and answer.strip() == case.shows.strip(), (
        f"the greeting it returned is {answer!r}"
    )
    assert case.shows.strip() in call.printed, "it did not print the greeting"
    assert not call.after, f"{call.after[:20]!r} came that nobody waits for"


def send_requests(function, case, stack):
    client, server = connected(stack)
    call = Call(function, greeting(ANSWERS).decode(), client, case=case, connect=lambda: server)
    call.returned()
    assert client.fileno() == -1, "it returned, and did not close its socket"
    assert case.shows in call.printed, f"{case.shows[-20:]!r} was not printed"


def connected(stack):
    """Return both ends of a connection.

    Neither keeps small messages back: that would cost 40 ms for each answer in two pieces.
    """
    with socket.create_server((DEFAULT_IP, 0)) as listener:
        client = stack.enter_context(socket.create_connection(listener.getsockname()))
        server = stack.enter_context(listener.accept()[0])
    for sock in (client, server):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, server


def named(name, stack):
    """This computer has another name, until the case is over."""
    before = socket.gethostname
    stack.callback(setattr, socket, "gethostname", before)
    socket.gethostname = lambda: name


_CHECKS = {
    "initial_listen": initial_listen,
    "check_client": check_client,
    "serve_requests": serve_requests,
    "initial_contact": initial_contact,
    "send_requests": send_requests,
}
__all__ = ["ALL", "FUNCTIONS", "LEVELS", "attempt", "attempt_all"]
