"""A server in the background: whatever functions it is given, it can be seen, stopped and started again."""

import contextlib
import functools
import inspect
import io
import select
import socket
import sys
import threading
import time

import pytest
from helpers.peers.bare import TIME_LIMIT_S, connect, converse, read, read_answer, read_to_the_end
from helpers.programs import run
from helpers.watching import beside, busy, is_untouched, joined, lines, names

from lenproto import check_client, initial_contact, initial_listen, send_requests, serve_requests
from lenproto.answers import ANSWERS
from lenproto.lab import background, program, tap, typed
from lenproto.lab.background import Background, LabError
from lenproto.lab.tap import Stopped
from lenproto.wire import frame, greeting, recv_exactly

FIXED = {"TIME": lambda: "noon", "NAME": lambda: "lena"}


@pytest.fixture(autouse=True)
def nothing_stays_on():
    yield
    assert not background._running
    assert not tap._actors
    assert is_untouched()


@pytest.fixture
def impatient(monkeypatch):
    """A lab that gives up on a thread soon: the test has one that does not end by itself."""
    monkeypatch.setattr(program, "STOP_S", 0.1)
    monkeypatch.setattr(background, "START_S", 0.1)


@pytest.fixture
def own_port():
    """A port that no other program is given while the test has no server there."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        if sys.platform != "linux":  # elsewhere a port that is held cannot be listened at
            held.close()
        yield port


def until(condition):
    """Wait for what another thread does."""
    deadline = time.monotonic() + TIME_LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"


def is_free(address):
    """Whether a server may listen at an address, at once and without tricks but the usual one."""
    try:
        initial_listen(*address).close()
    except OSError:
        return False
    return True


def until_it_sleeps(server):
    """Wait until the server's thread stands still in a call that no tap sees."""
    places = []
    while len(places) < 10 or len(set(places[-10:])) > 1:
        frame = sys._current_frames()[server.thread.ident]
        places.append((frame.f_code, frame.f_lasti) if server.actor.doing is None else len(places))
        time.sleep(0.001)
        assert len(places) < 1000 * TIME_LIMIT_S


def line_with(text, function):
    """Return the number of the line of a function in which the text stands."""
    lines, first = inspect.getsourcelines(function)
    return first + next(number for number, line in enumerate(lines) if text in line)


def fails_at_once(server):
    """Wait until the server has stopped by itself; return why."""
    server.thread.join(TIME_LIMIT_S)
    return server.failure


# Learners' functions, as they may look


def listen_plainly(ip, port):
    s = socket.socket()
    s.bind((ip, port))
    s.listen()
    return s


def check_plainly(server_socket):
    client_socket, _ = server_socket.accept()
    hello = client_socket.recv(2).decode()
    print("somebody says", hello)
    client_socket.send(b"Hello! You can ask for: TIME, NAME, RAND or EXIT".ljust(48))
    return client_socket, client_socket.recv(4).decode()


def serve_plainly(request, client_socket):
    while request != "EXIT" and request:
        client_socket.send(b"0004noon")
        request = client_socket.recv(4).decode()
    client_socket.close()


def serve_in_a_with_block(request, client_socket):
    with client_socket:
        while request not in ("", "EXIT"):
            client_socket.sendall(frame("noon"))
            request = recv_exactly(client_socket, 4).decode()


def serve_through_a_file(request, client_socket):
    with client_socket, client_socket.makefile("rwb") as file:
        while request not in ("", "EXIT"):
            file.write(b"0004noon")
            file.flush()
            request = file.read(4).decode()


def serve_through_a_buffer(request, client_socket):
    buffer = bytearray(4)
    while request not in ("", "EXIT"):
        client_socket.sendall(memoryview(b"0004noon"))
        request = buffer.decode() if client_socket.recv_into(buffer) else ""
    client_socket.close()


def serve_with_a_time_limit(request, client_socket):
    client_socket.settimeout(TIME_LIMIT_S)
    serve_plainly(request, client_socket)


def serve_and_swallow_all_errors(request, client_socket):
    while True:
        try:
            if request in ("", "EXIT"):
                client_socket.close()
                return
            client_socket.sendall(b"0004noon")
            request = client_socket.recv(4).decode()
        except:  # noqa: E722
            pass


def check_in_a_list(server_socket):
    return list(check_plainly(server_socket))


class Room:
    """A server as an object, with its functions as methods."""

    def __init__(self):
        self.clients = 0

    def listen(self, ip, port):
        return socket.create_server((ip, port))

    def check(self, server_socket):
        self.clients += 1
        return check_plainly(server_socket)

    def __call__(self, request, client_socket):
        serve_plainly(request, client_socket)


star = {}
exec(
    "from socket import *\n"
    "def listen(ip, port):\n"
    "    s = socket(AF_INET, SOCK_STREAM)\n"
    "    s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n"
    "    s.bind((ip, port)), s.listen(1)\n"
    "    return s\n",
    star,
)

STYLES = {
    "the package's": (
        initial_listen,
        check_client,
        functools.partial(serve_requests, answers=FIXED),
    ),
    "plain": (listen_plainly, check_plainly, serve_plainly),
    "star import": (star["listen"], check_plainly, serve_plainly),
    "with": (initial_listen, check_plainly, serve_in_a_with_block),
    "file": (initial_listen, check_plainly, serve_through_a_file),
    "buffer": (initial_listen, check_plainly, serve_through_a_buffer),
    "time limit": (initial_listen, check_plainly, serve_with_a_time_limit),
    "swallows errors": (initial_listen, check_plainly, serve_and_swallow_all_errors),
    "list": (initial_listen, check_in_a_list, serve_plainly),
    "methods": (Room().listen, Room().check, Room()),
    "lambda": (
        lambda ip, port: socket.create_server((ip, port)),
        lambda s: check_plainly(s),
        lambda r, c: serve_plainly(r, c),
    ),
    "partial": (
        functools.partial(listen_plainly),
        functools.partial(check_plainly),
        functools.partial(serve_plainly),
    ),
}


@pytest.mark.parametrize("functions", STYLES.values(), ids=STYLES)
def test_a_server_of_any_style_serves_is_recorded_and_stops(functions, capsys):
    with Background(*functions) as server:
        for _ in range(2):
            with server.record() as trace:
                assert converse(server.address, b"TIME", b"TIME")[1] == [b"noon", b"noon"]
            requests = [field.data for field in trace.fields() if field.name == "request"]
            assert requests == [b"TIME", b"TIME", b"EXIT"]
        address = server.address
        while_it_waits = server.doing
    assert while_it_waits.startswith("stuck in accept(), line ")
    assert (server.doing, server.failure) == ("stopped", None)
    with socket.socket() as client_socket:
        assert client_socket.connect_ex(address), "nobody listens any more"
    assert capsys.readouterr().err == ""


# What a learner sees of it


def test_a_server_in_the_background_tells_its_address_and_what_it_does():
    with Background() as server:
        ip, port = server.address
        assert ip == "127.0.0.1" and port > 0
        line = line_with("accept()", check_client)
        assert repr(server) == f"server: stuck in accept(), line {line} of check_client"
    assert repr(server) == "server: stopped"


def test_its_prints_are_caught_and_a_cell_shows_none_of_them(capsys):
    with Background(initial_listen, check_plainly, serve_plainly) as server:
        converse(server.address, b"TIME")
        print("from the cell")
    assert server.printed == "somebody says Hi\n"
    assert capsys.readouterr() == ("from the cell\n", "")


def test_its_prints_are_caught_though_it_was_started_in_a_cell_that_captures(capsys):
    with contextlib.redirect_stdout(io.StringIO()) as cell:
        server = Background(initial_listen, check_plainly, serve_plainly)
    with server:
        converse(server.address, b"TIME")
    assert (server.printed, cell.getvalue(), capsys.readouterr().out) == (
        "somebody says Hi\n",
        "",
        "",
    )


def test_each_server_has_its_own_prints():
    def check_and_say(what, server_socket):
        print(what)
        return check_client(server_socket)

    one = Background(check=functools.partial(check_and_say, "one"), name="one")
    other = Background(check=functools.partial(check_and_say, "other"), name="other")
    with one, other:
        converse(other.address)
    assert one.printed == "one\n"
    assert other.printed.startswith("other\nclient 127.0.0.1:")


def test_a_table_of_answers_reaches_the_functions_that_take_one(capsys):
    def check_without_answers(server_socket):
        return check_client(server_socket)

    with Background(answers=FIXED) as server:
        welcome, answers = converse(server.address, b"NAME")
        assert (welcome, answers) == (greeting(FIXED), [b"lena"])
        assert server.answers is FIXED
    with Background(check=check_without_answers, answers=FIXED) as server:
        assert converse(server.address, b"NAME") == (greeting(ANSWERS), [b"lena"])


def test_both_sides_are_in_the_record_and_what_was_before_is_not(capsys):
    with Background(answers=FIXED) as server:
        converse(server.address, b"TIME")
        with server.record() as trace:
            _, hello, client_socket = initial_contact(*server.address)
            send_requests(hello, client_socket, ask=typed("NAME"))
    assert names(trace, "client") == [
        "connect",
        "sendall",
        "recv",
        "sendall",
        "recv",
        "recv",
        "close",
    ]
    assert names(trace, "server") == [
        "accept",
        "recv",
        "sendall",
        "recv",
        "sendall",
        "recv",
        "close",
        "accept",
    ]
    assert [field.data for field in trace.fields() if field.name == "request"] == [b"NAME"]


def test_a_record_begins_when_the_server_has_done_what_was_asked_of_it_before():
    def check(server_socket):
        client_socket, _ = server_socket.accept()
        client_socket.sendall(b"!")
        sum(range(100_000))  # still busy with the lines before the record
        return client_socket, client_socket.recv(4).decode()

    with Background(check=check) as server:
        for _ in range(5):
            with connect(server.address) as client_socket:
                read(client_socket, 1)
                with server.record() as trace:
                    client_socket.sendall(b"EXIT")
                    read_to_the_end(client_socket)
                assert names(trace, "server") == ["recv", "close", "accept"]


def test_a_record_of_a_server_that_is_stopped_is_refused():
    server = Background()
    server.stop()
    with (
        pytest.raises(LabError, match=r"server was stopped\. Run the box that starts it again\."),
        server.record(),
    ):
        pass


# What goes wrong in a learner's functions


def lines_below(function, number):
    """Return the number of a line, counted from the function's def."""
    return function.__code__.co_firstlineno + number


def listen_with_an_error(ip, port):
    return socket.create_server(ip, port)


def listen_without_listening(ip, port):
    s = socket.socket()
    s.bind((ip, port))
    return s


def listen_in_a_with_block(ip, port):
    with socket.create_server((ip, port)) as s:
        return s


def listen_at_nowhere(ip, port):
    return initial_listen("198.51.100.1", port)


def listen_and_exit(ip, port):
    sys.exit()


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError("no words")


def listen_unspeakably(ip, port):
    raise Unspeakable


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what a learner's function forgets
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("listen", "line", "sentence"),
    [
        (lambda ip, port: None, None, ": <lambda> returned None; needed: the server socket"),
        (lambda ip, port: 8820, None, ": <lambda> returned 8820; needed: the server socket"),
        (lambda ip, port: (ip, port), None, ": <lambda> returned ('127.0.0.1', 0); needed: the server socket"),
        (lambda: None, None, ": TypeError: <lambda>() takes 0 positional arguments but 2 were given"),
        (functools.partial(dict, a=1), None, ": TypeError: dict expected at most 1 argument, got 2"),
        (listen_without_listening, None,
         ": listen_without_listening returned a socket that does not listen; "
         "needed: the server socket, after bind and listen"),
        (listen_in_a_with_block, None,
         ": listen_in_a_with_block returned a closed socket; needed: the server socket, still open"),
        (listen_at_nowhere, 1,
         ": OSError: this computer has no such address. 127.0.0.1 is always its own"),
        (listen_and_exit, 1, ": SystemExit: it called exit()"),
        (listen_unspeakably, 1, ": Unspeakable"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_listen_says_why_in_a_sentence(listen, line, sentence):
    if listen is listen_at_nowhere:
        place = f" in line {line_with('.bind(', initial_listen)} of initial_listen"
    else:
        place = f" in line {lines_below(listen, line)} of {listen.__name__}" if line else ""
    with pytest.raises(LabError) as error:
        Background(listen)
    assert str(error.value) == f"server stopped{place}{sentence}"


def test_a_taken_port_is_told_in_a_sentence():
    with Background(name="the first") as server, pytest.raises(LabError) as error:
        Background(port=server.address[1], name="the second")
    assert str(error.value).endswith(
        "of initial_listen: OSError: the port is taken. Stop the program that listens there, or choose another port"
    )


def test_a_port_out_of_range_is_told_in_a_sentence():
    sentence = r"OverflowError: there is no such port\. Ports go from 0 to 65535$"
    with pytest.raises(LabError, match=sentence):
        Background(port=70000)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"JOKES": str}, "'JOKES' cannot be a request: it takes four capital letters A to Z"),
        (dict.fromkeys(["AAAA", "BBBB", "CCCC", "DDDD", "EEEE", "FFFF"], str), "needs 51"),
        (5, "'int' object is not iterable"),
    ],
)
def test_a_table_of_answers_that_does_not_fit_is_refused_before_anything_starts(answers, why):
    with pytest.raises(LabError, match=f"^The table of answers does not fit: .*{why}"):
        Background(answers=answers)


@pytest.mark.parametrize("given", [8820, "127.0.0.1", None])
def test_what_is_no_function_is_refused_before_anything_starts(given):
    with pytest.raises(LabError) as error:
        Background(initial_listen, given)
    assert (
        str(error.value)
        == f"{given!r} stands where a function is needed. Give its name alone, without ()."
    )


def test_a_function_that_was_called_instead_of_given_is_refused():
    with (
        initial_listen("127.0.0.1", 0) as called,
        pytest.raises(LabError, match=r"^a socket stands where a function"),
    ):
        Background(called)


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        (None, "None"), ((), "()"), ((True, "TIME"), "(True, 'TIME')"), ("TIME", "'TIME'"),
        ((1, 2, 3), "(1, 2, 3)"), ({}, "a dict"), (print, "a builtin_function_or_method"),
        (("x" * 500, ""), "('xxxxxxxxxxxx...xxxxxxxxxxxxx', '')"),
    ],
)  # fmt: skip
def test_what_check_returns_wrongly_is_shown(returned, shown, capsys):
    def check(server_socket):
        return returned

    with Background(check=check) as server:
        sentence = (
            f"server stopped: check returned {shown}; needed: the client socket and its request"
        )
        assert fails_at_once(server) == sentence
        with pytest.raises(LabError, match=r"^server stopped: check returned"):
            server.address  # noqa: B018
    assert capsys.readouterr().err == sentence + "\n"


def test_a_socket_alone_is_shown_the_same_each_time(capsys):
    def check(server_socket):
        return server_socket.accept()[0]

    with Background(check=check) as server:
        with connect(server.address) as client_socket:
            read_to_the_end(client_socket)
        assert (
            fails_at_once(server)
            == "server stopped: check returned a socket; needed: the client socket and its request"
        )


def serve_with_a_mistake(request, client_socket):
    with client_socket:
        client_socket.sendall(request)


def serve_and_divide(request, client_socket):
    return 1 / 0


def serve_and_exit(request, client_socket):
    exit()


def serve_one_argument(request):
    pass


def serve_and_assert(request, client_socket):
    assert request == "EXIT"


def serve_badly_encoded(request, client_socket):
    b"\xff".decode()


@pytest.mark.parametrize(
    ("serve", "sentence"),
    [
        (
            serve_with_a_mistake,
            "in line 2 of serve_with_a_mistake: TypeError: a bytes-like object is required, not 'str'",
        ),
        (serve_and_divide, "in line 1 of serve_and_divide: ZeroDivisionError: division by zero"),
        (serve_and_exit, "in line 1 of serve_and_exit: SystemExit: it called exit()"),
        (
            serve_one_argument,
            "TypeError: serve_one_argument() takes 1 positional argument but 2 were given",
        ),
        (
            serve_badly_encoded,
            "in line 1 of serve_badly_encoded: UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff",
        ),
    ],
)
def test_an_error_in_serve_ends_the_server_and_is_told_once_with_its_line(serve, sentence, capsys):
    with Background(serve=serve) as server:
        with server.record(), connect(server.address) as client_socket:
            client_socket.sendall(b"HiTIME")
            assert read_to_the_end(client_socket) == greeting(ANSWERS), "its sockets are closed"
            server.thread.join(TIME_LIMIT_S)
        told = capsys.readouterr().err
        server.tell()
        server.stop()
    assert capsys.readouterr().err == ""
    first, _, rest = sentence.partition(" of ")
    if first.startswith("in line"):
        sentence = f"in line {lines_below(serve, int(first[8:]))} of {rest}"
        assert told.startswith(f"server stopped {sentence}")
    else:
        assert told == f"server stopped: {sentence}\n"
    assert told.count("\n") == 1


def test_a_failure_is_told_even_when_the_cell_itself_fails(capsys):
    with Background(serve=serve_and_divide) as server:

        def cell():
            with server.record(), connect(server.address) as client_socket:
                client_socket.sendall(b"HiTIME")
                read_to_the_end(client_socket)
                server.thread.join(TIME_LIMIT_S)
                raise KeyError

        with pytest.raises(KeyError):
            cell()
        assert "ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_a_failed_server_frees_its_port_without_being_stopped(capsys):
    server = Background(serve=serve_and_divide)
    address = server.address
    with connect(address) as client_socket:
        client_socket.sendall(b"HiTIME")
        read_to_the_end(client_socket)
    server.thread.join(TIME_LIMIT_S)
    assert is_free(address)
    server.stop()


def test_a_notebook_shows_the_sentence_and_no_traceback():
    assert LabError("no server there")._render_traceback_() == ["LabError: no server there"]


def test_a_time_limit_of_the_learners_own_is_told_as_such():
    def check(server_socket):
        server_socket.settimeout(0.01)
        return server_socket.accept()

    with Background(check=check) as server:
        place = f"in line {lines_below(check, 2)} of check"
        assert fails_at_once(server) == f"server stopped {place}: TimeoutError: timed out"


def test_a_server_that_its_own_listen_replaces_says_so():
    def listen(ip, port):
        Background()  # the same name

    with pytest.raises(LabError, match=r"^server was stopped before it listened\.$"):
        Background(listen)
    assert not background._running


def test_a_listen_that_does_not_return_is_told_with_its_line(impatient):
    done = threading.Event()

    def listen(ip, port):
        done.wait(TIME_LIMIT_S)  # line 1

    with pytest.raises(LabError) as error:
        Background(listen)
    thread = next(thread for thread in threading.enumerate() if thread.name == "server")
    done.set()
    thread.join(TIME_LIMIT_S)
    assert str(error.value) == (
        f"server: listen has not returned after 0.1 s; it is in line {lines_below(listen, 1)} of listen."
    )


# Stopping


@contextlib.contextmanager
def started_and_stuck(check=check_client, serve=serve_requests, *, said=b""):
    """Give a server to which a client has said this, and the client's socket; stop the server at the block's end."""
    with Background(check=check, serve=serve) as server, connect(server.address) as client_socket:
        client_socket.sendall(said)
        yield server, client_socket
        address = server.address
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < program.STOP_S, "it was not stopped, it ended by itself"
        assert read_to_the_end(client_socket) is not None, "the client sees the end"
        assert not server.thread.is_alive()
        assert server.failure is None
        assert is_free(address)


def test_stop_while_it_waits_for_a_client():
    with Background() as server:
        until(lambda: server.actor.blocked)
        address = server.address
        server.stop()
        assert not server.thread.is_alive()
    assert is_free(address)


@pytest.mark.parametrize("said", [b"", b"H", b"Hi", b"HiTI", b"HiTIME"])
def test_stop_while_it_waits_for_bytes(said):
    with started_and_stuck(said=said) as (server, _):
        until(lambda: server.doing.startswith("stuck in recv"))


def test_stop_while_nobody_takes_its_bytes():
    def serve(request, client_socket):
        client_socket.sendall(bytes(50_000_000))

    with started_and_stuck(serve=serve, said=b"HiTIME") as (server, _):
        until(lambda: server.doing.startswith("stuck in sendall"))


def test_stop_closes_what_the_learner_forgets_to_close():
    def serve(request, client_socket):
        client_socket.recv(4)  # and no close()

    with started_and_stuck(serve=serve, said=b"HiTIMEEXIT") as (server, client_socket):
        read(client_socket, 48)
        until(lambda: server.doing.startswith("stuck in accept"))


def test_stop_lets_a_function_close_what_it_opened():
    """Its with blocks and its finally come to their end, as they do after any other error."""

    def serve(request, client_socket):
        try:
            client_socket.recv(4)
        finally:
            client_socket.close()
            print("closed", client_socket.fileno())

    with started_and_stuck(serve=serve, said=b"HiTIME") as (server, client_socket):
        read(client_socket, 48)
        until(lambda: server.doing.startswith("stuck in recv"))
    assert server.printed.endswith("closed -1\n")


def test_stop_while_it_computes():
    def serve(request, client_socket):
        while True:
            sum(range(10))

    with started_and_stuck(serve=serve, said=b"HiTIME") as (_, client_socket):
        read(client_socket, 48)


def test_stop_while_it_loops_over_a_call_that_does_not_wait():
    def serve(request, client_socket):
        client_socket.setblocking(False)
        while True:
            with contextlib.suppress(BlockingIOError):
                client_socket.recv(4)

    with started_and_stuck(serve=serve, said=b"HiTIME") as (_, client_socket):
        read(client_socket, 48)


def test_stop_while_it_catches_every_error_there_is():
    def serve(request, client_socket):
        while True:
            try:
                client_socket.recv(4)
            except:  # noqa: E722
                continue

    with started_and_stuck(serve=serve, said=b"HiTIME") as (server, _):
        until(lambda: server.actor.blocked)


def test_stop_while_it_catches_every_error_of_a_closed_socket():
    def check(server_socket):
        server_socket.close()
        while True:
            try:
                return server_socket.accept()
            except:  # noqa: E722
                continue

    server = Background(check=check)
    server.stop()
    assert not server.thread.is_alive()


def test_stop_while_its_select_waits():
    def check(server_socket):
        while True:
            select.select([server_socket], [], [])

    if sys.platform != "linux":
        pytest.skip("elsewhere nothing but a client wakes a select on a server socket")
    server = Background(check=check)
    address = server.address
    server.stop()
    assert not server.thread.is_alive()
    assert is_free(address)


def test_stop_while_a_thread_of_its_own_waits_for_bytes():
    """A server that serves each client in a thread: nobody watches those, but their sockets are closed."""
    threads = []

    def serve_one(request, client_socket):
        with contextlib.suppress(OSError):  # it may be closed between two calls of this thread
            serve_plainly(request, client_socket)

    def serve(request, client_socket):
        threads.append(beside(serve_one, request, client_socket))

    with started_and_stuck(serve=serve, said=b"HiTIME") as (server, client_socket):
        read(client_socket, 48)
        assert read_answer(client_socket) == b"noon"
        until(lambda: server.doing.startswith("stuck in accept"))
    threads[0].join(TIME_LIMIT_S)
    assert not threads[0].is_alive()


def test_stop_tells_where_a_thread_is_that_does_not_end(impatient):
    done = threading.Event()

    def serve(request, client_socket):
        done.wait(TIME_LIMIT_S)  # line 1, as time.sleep(60) would

    server = Background(serve=serve)
    address = server.address
    with connect(address) as client_socket:
        client_socket.sendall(b"HiTIME")
        read(client_socket, 48)
        until_it_sleeps(server)
        with pytest.raises(LabError) as error:
            server.stop()
        assert read_to_the_end(client_socket) == b"", "the client is let go"
    assert str(error.value) == (
        f"server did not stop within 0.1 s: it is still in line {lines_below(serve, 1)} of serve. Its port is free."
    )
    assert is_free(address)
    done.set()
    server.thread.join(TIME_LIMIT_S)
    assert server.failure is None


def test_a_cell_that_is_run_again_gets_its_server_though_the_old_one_sleeps(impatient, capsys):
    done = threading.Event()

    def serve(request, client_socket):
        done.wait(TIME_LIMIT_S)

    old = Background(serve=serve)
    port = old.address[1]
    with connect(old.address) as client_socket:
        client_socket.sendall(b"HiTIME")
        read(client_socket, 48)
        until_it_sleeps(old)
        with Background(port=port, answers=FIXED) as new:
            assert "server did not stop within 0.1 s" in capsys.readouterr().err
            assert converse(new.address, b"TIME")[1] == [b"noon"]
            done.set()
            old.thread.join(TIME_LIMIT_S)
            assert converse(new.address, b"TIME")[1] == [b"noon"]
            assert new.printed.count("client") == 2


def test_stop_twice_is_stop():
    server = Background()
    server.stop()
    server.stop()
    assert server.doing == "stopped"


def test_two_threads_may_stop_a_server_at_once():
    server = Background()
    with joined(beside(server.stop)), joined(beside(server.stop)):
        pass
    assert server.doing == "stopped"


def test_a_function_of_the_server_may_stop_it():
    def serve(request, client_socket):
        server.stop()

    server = Background(serve=serve)
    with connect(server.address) as client_socket:
        client_socket.sendall(b"HiEXIT")
        read_to_the_end(client_socket)
    server.thread.join(TIME_LIMIT_S)
    assert server.failure is None
    server.stop()


def test_a_stop_within_a_record_is_seen_for_what_it_is():
    server = Background()
    with server.record() as trace, connect(server.address) as client_socket:
        client_socket.sendall(b"Hi")
        read(client_socket, 48)
        until(lambda: server.actor.blocked)
        server.stop()
        read_to_the_end(client_socket)
    assert [line.strip() for line in lines(trace) if "Stopped" in line] == ["recv(4) → Stopped"]
    assert {call.connection for call in trace} == {1}


def test_a_server_that_reads_the_end_of_the_stream_for_ever_has_a_record_one_can_read(monkeypatch):
    def serve(request, client_socket):
        while True:
            client_socket.recv(4)

    monkeypatch.setattr(tap.settle, "__defaults__", (0.05,))
    with (
        Background(serve=serve) as server,
        server.record() as trace,
        connect(server.address) as client_socket,
    ):
        client_socket.sendall(b"HiTIME")
        read(client_socket, 48)
    assert [line.strip() for line in lines(trace)][-5:] == [
        "close()",
        *['recv(4) → b"", the end of the stream'] * 3,
        "… again and again",
    ]


def test_a_stop_while_it_waits_for_a_client_shows_no_client():
    server = Background()
    with server.record() as trace:
        server.stop()
    assert [line.strip() for line in lines(trace)] == ["accept() → Stopped"]


def test_the_end_of_a_with_block_stops_it_after_an_error_too():
    with pytest.raises(KeyError), Background() as server:
        raise KeyError
    assert server.doing == "stopped"


def test_no_except_exception_keeps_it_from_stopping():
    assert not issubclass(Stopped, Exception)


# Starting again


def test_the_same_name_replaces_the_server_and_frees_its_port():
    old = Background()
    with Background(port=old.address[1], answers=FIXED) as new:
        assert not old.thread.is_alive()
        assert converse(new.address, b"TIME")[1] == [b"noon"]
        with pytest.raises(LabError, match="server was stopped"):
            old.address  # noqa: B018
        old.stop()
        assert converse(new.address, b"TIME")[1] == [b"noon"], (
            "stopping the old one does not stop the new"
        )


def test_other_names_are_other_servers():
    with Background(name="one") as one, Background(name="other") as other:
        assert one.address != other.address
        assert converse(one.address)[0] == converse(other.address)[0]


def test_the_same_port_is_served_again_at_once_also_after_a_conversation_that_was_cut(own_port):
    for _ in range(10):
        with (
            Background(port=own_port, answers=FIXED) as server,
            connect(server.address) as client_socket,
        ):
            assert server.address[1] == own_port
            client_socket.sendall(b"HiTIME")
            assert read(client_socket, 48 + 8).endswith(b"0004noon")


# Stopped may hit between socket() and the next line
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_of_servers_that_get_one_name_at_once_none_is_lost():
    """Each replaces one that may not even have begun; whoever is replaced is told so."""
    made, replaced = [], []

    def make():
        for _ in range(10):
            try:
                made.append(Background(name="wanted"))
            except LabError as error:
                replaced.append(str(error))

    with busy(), joined(beside(make)), joined(beside(make)), joined(beside(make)):
        pass
    background._running["wanted"].stop()
    assert not any(server.thread.is_alive() for server in made)
    assert len(made) + len(replaced) == 30
    assert set(replaced) <= {"wanted was stopped before it listened."}


def test_a_server_replaced_within_a_record_starts_with_a_clean_slate():
    """The new thread may get the number of the old one."""
    server = Background()
    with server.record():
        for _ in range(5):
            server = Background(answers=FIXED)
            assert converse(server.address, b"TIME")[1] == [b"noon"]
    server.stop()


def test_a_hundred_starts_and_stops_leave_nothing(capsys):
    for number in range(100):
        with Background(name=f"server {number % 3}") as server:
            if number % 2:
                with connect(server.address) as client_socket:
                    client_socket.sendall(b"HiTIME"[: number % 7])


def test_stopping_at_any_moment_of_a_conversation_leaves_nothing(capsys):
    """Whatever the server is in the middle of: stop comes earlier or later in its work each time."""
    with busy():
        for number in range(60):
            with Background(answers=FIXED) as server, connect(server.address) as client_socket:
                client_socket.sendall(b"HiTIMENAMETIMENAMEEXIT"[: 2 + number % 20])
                for _ in range(number):
                    server.actor.doing  # noqa: B018  a little later each time
            assert server.failure is None


def test_a_program_that_forgets_to_stop_its_server_ends_cleanly():
    program = (
        "from lenproto.lab import Background\n"
        "one, other = Background(name='one'), Background(name='other')\n"
        "print(one, other, sep='\\n')\n"
    )
    ended = run([sys.executable, "-c", program])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("stuck in accept()") == 2


# Several servers and clients at once


def test_servers_and_clients_at_once_each_have_their_own_record(capsys):
    records = {}

    def converse_recorded(number):
        table = {"NAME": lambda: f"server {number}"}
        with Background(answers=table, name=f"server {number}") as server:
            for round_number in range(3):
                with server.record() as trace:
                    converse(server.address, *[b"NAME"] * (number + 1))
                records[number, round_number] = trace

    with busy(), contextlib.ExitStack() as stack:
        for number in range(5):
            stack.enter_context(joined(beside(converse_recorded, number)))
    assert len(records) == 15
    for (number, _), trace in records.items():
        bodies = [field.data.decode() for field in trace.fields() if field.name == "body"]
        assert bodies == [f"server {number}"] * (number + 1)
        assert str(trace) == str(records[number, 0])
    assert capsys.readouterr() == ("", "")


def test_many_clients_of_one_server_are_served_one_after_another(capsys):
    with (
        Background(answers=FIXED) as server,
        busy(),
        server.record() as trace,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(10):
            stack.enter_context(joined(beside(converse, server.address, b"TIME", b"NAME")))
    assert len(trace.whole) == 10
    bodies = [field.data for field in trace.fields() if field.name == "body"]
    assert bodies == [b"noon", b"lena"] * 10
    assert server.printed.count("client 127.0.0.1:") == 10
