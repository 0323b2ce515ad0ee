"""The server: its functions in this process, and the real program with clients that are not in the table of shocks."""

import contextlib
import errno
import inspect
import json
import os
import select
import socket
import subprocess
import sys
import time

import pytest
from helpers.peers import foreign
from helpers.peers.bare import (
    TIME_LIMIT_S,
    SmallPieces,
    connect,
    converse,
    read,
    read_answer,
    read_to_the_end,
    reset,
)
from helpers.programs import Printed, Server

from lenproto import check_client, initial_listen, serve_requests, server
from lenproto.answers import ANSWERS

GREETING = b"Hello! You can ask for: TIME, NAME, RAND or EXIT"
NAME = "שלום"
TAKEN = (
    f"Errno {errno.EADDRINUSE}|WinError 100(13|48)"  # how a system says that somebody has the port
)
PATIENCE_S = 0.3  # of the program whose clients fall silent

PLACES = {  # what a client has said when it leaves, is cut off, or falls silent
    "before Hi": b"",
    "inside Hi": b"H",
    "after Hi": b"Hi",
    "inside the first request": b"HiTI",
    "after an answer": b"HiNAME",
    "inside a later request": b"HiNAMETIM",
    "after an unknown request": b"HiXXXX",
}
at_each_place = pytest.mark.parametrize("said", PLACES.values(), ids=PLACES)


def go_to(sock, said):
    """Say this much, and read all that a server answers to it."""
    sock.sendall(said)
    if len(said) >= 2:
        assert read(sock, 48) == GREETING
    if len(said) >= 6:
        read_answer(sock)


# The real program, with clients that are not in the table of shocks. One server takes them all, one
# after another


@pytest.fixture(scope="module")
def patient_program():
    """A server whose time limit plays no part: whatever it outlives, it does not outlive by giving up."""
    with Server("--name", NAME, "--timeout", "60") as program:
        yield program


@pytest.fixture(scope="module")
def impatient_program():
    """A server that gives up a silent client soon."""
    with Server("--name", NAME, "--timeout", str(PATIENCE_S)) as program:
        yield program


def still_serves(program):
    """Check that the next client is served as if nothing had happened, and that no socket is left."""
    assert program.process.poll() is None, f"the server ended: {program.stderr()}"
    assert converse(program.address, b"NAME", b"QUIZ")[1][0] == NAME.encode()
    assert program.open_sockets() in (1, None), (
        "the server holds its listening socket, and no other"
    )


@pytest.fixture
def address(patient_program):
    """The patient server's address. After the test, the next client must be served."""
    yield patient_program.address
    still_serves(patient_program)


@pytest.fixture
def impatient_address(impatient_program):
    """The impatient server's address. After the test, the next client must be served."""
    yield impatient_program.address
    still_serves(impatient_program)


def test_server_answers_what_the_protocol_says(address):
    greeting, (name, when, number, unknown) = converse(address, b"NAME", b"TIME", b"RAND", b"QUIZ")
    assert greeting == GREETING
    assert name == b"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"
    assert time.strptime(when.decode("ascii"), "%Y-%m-%d %H:%M:%S")
    assert int(number) in range(1, 11)
    assert b"QUIZ" in unknown


@pytest.mark.parametrize("said", [b"Hi", b"HiNAME", b"HiNAMENAMENAME", b"HiEXIT", b"HiNAMEEXIT"])
@pytest.mark.parametrize("leave", [socket.socket.close, reset], ids=["closes", "resets"])
def test_server_outlives_a_client_that_leaves_without_reading(address, said, leave):
    sock = connect(address)
    with contextlib.closing(sock):
        sock.sendall(said)
        leave(sock)


def test_server_answers_a_client_that_only_closed_its_own_direction(address):
    with connect(address) as sock:
        sock.sendall(b"HiNAME")
        sock.shutdown(socket.SHUT_WR)
        assert read(sock, 48) == GREETING
        assert read_answer(sock) == NAME.encode()
        assert read_to_the_end(sock) == b""


@at_each_place
def test_server_drops_a_client_that_falls_silent_but_not_too_soon(impatient_address, said):
    started = time.monotonic()
    with connect(impatient_address) as sock:
        go_to(sock, said)
        assert read_to_the_end(sock) == b""
    assert 0.9 * PATIENCE_S <= time.monotonic() - started < TIME_LIMIT_S


def test_server_drops_a_client_that_drips_slower_than_a_field_may_take(impatient_address):
    with connect(impatient_address) as sock:
        go_to(sock, b"Hi")
        dripped = 0
        while not select.select([sock], [], [], 0.6 * PATIENCE_S)[0]:
            # until the server has something to say
            assert dripped < 100
            with contextlib.suppress(ConnectionError):
                sock.sendall(b"N")
            dripped += 1
        assert read_to_the_end(sock) == b"", "it says nothing but goodbye"
    assert dripped < 4, "no request was ever whole"


@pytest.mark.parametrize(
    "said",
    [
        b"hi",
        b"HI",
        b"iH",
        b" Hi",
        b"\0\0",
        b"\xff\xfe",
        b"TIMENAMEEXIT",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_server_closes_on_a_wrong_handshake_without_a_word(address, said):
    with connect(address) as sock:
        sock.sendall(said)
        assert read_to_the_end(sock) == b""


@pytest.mark.parametrize(
    "request_",
    [
        b"Time",
        b"exit",
        b"EXI ",
        b"\r\n\r\n",
        b"TIM\0",
        b"\xff\x80\xfe\x01",
        "רד".encode(),
        "🙂".encode(),
        b"%s%n",
        b"0004",
        b"{0}'",
    ],
)
def test_server_names_the_known_requests_to_who_asks_for_another(address, request_):
    with connect(address) as sock:
        go_to(sock, b"Hi")
        sock.sendall(request_)
        said = read_answer(sock).decode("utf-8")
        assert [name for name in ("TIME", "NAME", "RAND", "EXIT") if name not in said] == []
        assert said.isprintable()
        sock.sendall(b"NAME")
        assert read_answer(sock) == NAME.encode(), "the conversation goes on"
        sock.sendall(b"EXIT")
        assert read_to_the_end(sock) == b""


def test_server_answers_nothing_after_exit(address):
    with connect(address) as sock:
        sock.sendall(b"HiEXITNAMENAME")
        # the reset that follows may overtake the greeting
        assert read_to_the_end(sock) in (GREETING, b"")


def test_server_serves_clients_that_wait_in_line_in_their_order(address):
    with contextlib.ExitStack() as line:
        socks = [line.enter_context(connect(address)) for _ in range(5)]
        for sock in socks:
            sock.sendall(b"HiNAMEEXIT")
        for sock in socks:
            assert read(sock, 48) == GREETING
            assert read_answer(sock) == NAME.encode()
            assert read_to_the_end(sock) == b""


def test_server_serves_1000_clients_of_which_most_are_hostile(address):
    told = list(PLACES.values())
    for number in range(1000):
        if number % 50 == 0:
            # so that the line of those who wait never gets longer than a server lets it be
            assert converse(address, b"NAME")[1] == [NAME.encode()]
        sock = connect(address)
        with contextlib.closing(sock):
            with contextlib.suppress(ConnectionError):
                sock.sendall(told[number % len(told)])
            if number % 2:
                reset(sock)


# Clients that are not ours: a shell's, JavaScript's, C's


def test_server_talks_to_netcat(address):
    command = [*foreign.netcat(), "-N", address[0], str(address[1])]
    told = subprocess.run(
        command, input=b"HiNAMEnameEXIT", capture_output=True, timeout=TIME_LIMIT_S
    )
    assert (told.returncode, told.stderr) == (0, b"")
    assert told.stdout.startswith(GREETING + b"0008" + NAME.encode())
    length, unknown = told.stdout[60:64], told.stdout[64:]
    assert int(length) == len(unknown)
    assert b"name" in unknown


def test_server_talks_to_a_client_in_node(address):
    command = [*foreign.node("client.js"), str(address[1]), "NAME", "quiz", "NAME", "EXIT"]
    told = subprocess.run(
        command, capture_output=True, timeout=TIME_LIMIT_S, stdin=subprocess.DEVNULL
    )
    seen = json.loads(told.stdout)
    assert seen["greeting"] == GREETING.decode()
    assert seen["answers"][::2] == [NAME, NAME] and "quiz" in seen["answers"][1]
    assert seen["ended"] == "end of stream"


def test_server_talks_to_a_client_in_c(address, tmp_path):
    command = [*foreign.in_c(tmp_path), "client", str(address[1]), "NAME", "quiz", "EXIT"]
    told = subprocess.run(
        command, capture_output=True, timeout=TIME_LIMIT_S, stdin=subprocess.DEVNULL
    )
    greeting, name, unknown, end = told.stdout.decode("utf-8").splitlines()
    assert (greeting, name, end) == (GREETING.decode(), NAME, "end of stream")
    assert "quiz" in unknown


# The end of the program, and its next beginning


def test_servers_that_took_all_these_shocks_complained_of_none_and_end_well(
    patient_program, impatient_program
):
    patient_program.ends_well()
    impatient_program.ends_well()


@pytest.mark.skipif(
    os.name == "nt", reason="nobody can press Ctrl-C for another process on Windows"
)
@pytest.mark.parametrize("said", [None, *PLACES.values()], ids=["no client", *PLACES])
def test_ctrl_c_ends_the_program_wherever_it_waits(said):
    with Server() as program, contextlib.ExitStack() as client:
        if said is not None:
            sock = client.enter_context(connect(program.address))
            assert program.line().startswith("client ")
            go_to(sock, said)
        program.ends_well()


def test_a_stopped_server_gets_its_port_again_at_once():
    with Server() as first:
        # EXIT: the server closes first, its end of the connection is in TIME_WAIT
        converse(first.address, b"NAME")
        with connect(first.address) as cut_short:
            go_to(cut_short, b"HiNAME")
            first.ends_well()
    ip, port = first.address
    if sys.platform == "linux":
        # without SO_REUSEADDR nobody gets the port now, so the test can fail
        with socket.socket() as bare, pytest.raises(OSError, match=TAKEN):
            bare.bind((ip, port))
    with Server(port=port) as second:
        assert second.address == (ip, port)
        assert converse(second.address, b"QUIZ")[0] == GREETING
        second.ends_well()


# initial_listen


def test_initial_listen_returns_a_socket_that_listens_on_a_free_port():
    with initial_listen("127.0.0.1", 0) as server_socket:
        ip, port = server_socket.getsockname()
        assert ip == "127.0.0.1" and port > 0
        with connect((ip, port)):
            pass


def test_initial_listen_raises_where_the_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(OSError, match=TAKEN):
        initial_listen(*other.getsockname()).close()


@pytest.mark.parametrize(
    "ip, port, kind",
    [
        ("::1", 0, socket.gaierror),
        ("192.0.2.1", 0, OSError),
        ("127.0.0.1", 65536, OverflowError),
        ("127.0.0.1", -1, OverflowError),
        ("two..dots", 0, (OSError, ValueError)),
    ],
)
def test_initial_listen_raises_where_there_is_no_such_address(ip, port, kind):
    with pytest.raises(kind):  # that it closes its socket is checked after each test
        initial_listen(ip, port).close()


# check_client and serve_requests, one client


@pytest.fixture
def server_socket():
    with initial_listen("127.0.0.1", 0) as listening:
        listening.settimeout(TIME_LIMIT_S)
        yield listening


def test_check_client_returns_the_client_and_its_first_request(server_socket, capsys):
    with connect(server_socket.getsockname()) as peer:
        peer.sendall(b"HiTIMENAME")
        client_socket, request = check_client(server_socket, timeout_s=TIME_LIMIT_S)
        with client_socket:
            assert request == "TIME"
            assert client_socket.getpeername() == peer.getsockname()
            assert read(client_socket, 4) == b"NAME", "not one byte more was taken"
        assert read(peer, 48) == GREETING
        ip, port = peer.getsockname()
    assert f"{ip}:{port}" in capsys.readouterr().out


@pytest.mark.parametrize("said", [b"", b"H", b"Hi", b"HiTIM", b"hiTIME", b"HoTIME"])
@pytest.mark.parametrize("then", ["close", "reset", "silence"])
def test_check_client_returns_an_empty_request_for_a_client_it_cannot_serve(
    server_socket, said, then
):
    with connect(server_socket.getsockname()) as peer:
        peer.sendall(said)
        if then == "close":
            peer.shutdown(socket.SHUT_WR)
        elif then == "reset":
            reset(peer)
        client_socket, request = check_client(
            server_socket, timeout_s=0.05 if then == "silence" else TIME_LIMIT_S
        )
        assert request == ""
        assert client_socket.fileno() != -1, "it is serve_requests that closes"
        assert serve_requests(request, client_socket, timeout_s=TIME_LIMIT_S) is None
        assert client_socket.fileno() == -1


def test_the_two_functions_receive_and_send_whole_where_one_byte_goes_at_a_time(server_socket):
    with SmallPieces.of(server_socket) as listening, connect(listening.getsockname()) as peer:
        peer.sendall(b"HiNAMERANDEXIT")
        client_socket, request = check_client(listening, timeout_s=TIME_LIMIT_S)
        assert isinstance(client_socket, SmallPieces)
        table = ANSWERS | {"NAME": lambda: NAME, "RAND": lambda: "7"}
        serve_requests(request, client_socket, answers=table, timeout_s=TIME_LIMIT_S)
        assert read_to_the_end(peer) == GREETING + b"0008" + NAME.encode() + b"00017"


def test_the_functions_greet_and_answer_by_the_table_they_are_given(server_socket):
    table = {"ECHO": lambda: "…", "NONE": lambda: ""}
    with connect(server_socket.getsockname()) as peer:
        peer.sendall(b"HiECHONONETIMEEXIT")
        client_socket, request = check_client(server_socket, answers=table, timeout_s=TIME_LIMIT_S)
        serve_requests(request, client_socket, answers=table, timeout_s=TIME_LIMIT_S)
        assert read(peer, 48) == b"Hello! You can ask for: ECHO, NONE or EXIT".ljust(48)
        assert [read_answer(peer), read_answer(peer)] == ["…".encode(), b""]
        unknown = read_answer(peer).decode()
        assert "ECHO, NONE, EXIT" in unknown
        assert read_to_the_end(peer) == b""


@pytest.mark.parametrize("request_", ["", "EXIT"])
def test_serve_requests_closes_at_once_where_there_is_nothing_to_answer(connected_pair, request_):
    peer, client_socket = connected_pair
    serve_requests(request_, client_socket, timeout_s=TIME_LIMIT_S)
    assert client_socket.fileno() == -1
    assert read_to_the_end(peer) == b""


def test_serve_requests_gives_up_a_client_that_never_reads(connected_pair):
    peer, client_socket = connected_pair
    peer.sendall(b"LONG" * 4000)
    started = time.monotonic()
    serve_requests("LONG", client_socket, answers={"LONG": lambda: "x" * 9999}, timeout_s=0.1)
    assert time.monotonic() - started < TIME_LIMIT_S / 2, (
        "the limit is the one it was given, not the socket's own"
    )
    assert client_socket.fileno() == -1
    assert len(read_to_the_end(peer)) < 4000 * 9999


@pytest.mark.parametrize(
    "error", [ZeroDivisionError, FileNotFoundError, TimeoutError, ConnectionResetError]
)
def test_an_error_in_the_table_of_answers_is_raised_once_the_socket_is_closed(
    connected_pair, error
):
    """serve_requests' own words: "an error in a function of the table of answers does" raise."""
    _, client_socket = connected_pair

    def broken():
        raise error("the lesson's own mistake")

    with pytest.raises(error, match="own mistake"):
        serve_requests("MINE", client_socket, answers={"MINE": broken}, timeout_s=TIME_LIMIT_S)
    assert client_socket.fileno() == -1


def test_an_answer_that_four_digits_cannot_count_is_a_value_error(connected_pair):
    peer, client_socket = connected_pair
    with pytest.raises(ValueError, match="10000"):
        serve_requests("LONG", client_socket, answers={"LONG": lambda: "x" * 10000}, timeout_s=0.1)
    assert read_to_the_end(peer) == b"", "nothing of it was sent"


def test_check_client_raises_where_the_server_socket_itself_fails():
    closed = socket.socket()
    closed.close()
    with pytest.raises(OSError, match=f"Errno {errno.EBADF}|WinError 10038"):
        check_client(closed)


def test_ctrl_c_inside_check_client_closes_the_client(server_socket):
    class Pressed(dict):
        def __iter__(self):
            raise KeyboardInterrupt

    with connect(server_socket.getsockname()) as peer:
        peer.sendall(b"Hi")
        with pytest.raises(KeyboardInterrupt):
            check_client(server_socket, answers=Pressed(ANSWERS), timeout_s=0.1)
        assert read_to_the_end(peer) == b""


class Listening:
    """A server socket whose accept returns or raises what this test says, one call after another; then Ctrl-C."""

    def __init__(self, *accepted):
        self.accepted = list(accepted)

    def accept(self):
        if not self.accepted:
            raise KeyboardInterrupt
        step = self.accepted.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step

    def getsockname(self):
        return "127.0.0.1", 8820

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def runs_to_the_end(self, monkeypatch, capsys):
        """Run the server's endless loop on this socket; check that only Ctrl-C ended it, and with a word."""
        monkeypatch.setattr(server, "initial_listen", lambda ip, port: self)
        try:
            server.main(timeout_s=TIME_LIMIT_S)
        except KeyboardInterrupt:  # it would end all tests
            pytest.fail("Ctrl-C is the ordinary end of a server, no error")
        assert self.accepted == []
        assert capsys.readouterr().out.splitlines()[-1] == "stopped"


def test_the_loop_outlives_a_client_that_was_gone_before_accept(
    connected_pair, monkeypatch, capsys
):
    peer, client_socket = connected_pair
    peer.sendall(b"HiEXIT")
    listening = Listening(ConnectionAbortedError(), (client_socket, peer.getsockname()))
    listening.runs_to_the_end(monkeypatch, capsys)
    assert read_to_the_end(peer) == GREETING


def test_the_loop_outlives_a_client_that_macos_gives_no_address_for(
    connected_pair, monkeypatch, capsys
):
    """There accept() of a connection that was reset meanwhile may return (socket, None): pyftpdlib issue 104."""
    peer, client_socket = connected_pair
    reset(peer)
    Listening((client_socket, None)).runs_to_the_end(monkeypatch, capsys)
    assert client_socket.fileno() == -1


SURVIVED = [
    name
    for name in (
        "EAGAIN", "ECONNABORTED", "EINTR", "EIO", "EMFILE", "ENETDOWN", "ENFILE", "ENOBUFS", "ENOMEM", "ENOPROTOOPT",
        "EOPNOTSUPP", "EPERM", "EPROTO", "ETIMEDOUT",
    )
    if hasattr(errno, name)
]  # fmt: skip


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that the server makes, in seconds; none is really made."""
    made = []
    monkeypatch.setattr("lenproto.errors.time.sleep", made.append)
    return made


def fails(name):
    return OSError(getattr(errno, name), name)


@pytest.mark.parametrize("name", SURVIVED)
def test_the_loop_outlives_what_accept_meets(name, connected_pair, monkeypatch, capsys, pauses):
    peer, client_socket = connected_pair
    peer.sendall(b"HiEXIT")
    listening = Listening(*[fails(name)] * 3, (client_socket, peer.getsockname()))
    listening.runs_to_the_end(monkeypatch, capsys)
    assert read_to_the_end(peer) == GREETING
    # a client that was gone is no reason to wait, or to say a word
    assert len(pauses) == (0 if name in ("ECONNABORTED", "ETIMEDOUT") else 3)


def test_that_nobody_can_be_accepted_is_said_once_until_somebody_is(
    connected_pair, monkeypatch, capsys, pauses
):
    peer, client_socket = connected_pair
    peer.sendall(b"HiEXIT")
    trouble = [fails("EMFILE")] * 20
    steps = [*trouble, (client_socket, peer.getsockname()), *trouble]
    monkeypatch.setattr(server, "initial_listen", lambda ip, port: Listening(*steps))
    server.main(timeout_s=TIME_LIMIT_S)
    said = capsys.readouterr().out.splitlines()
    told = "no client can be accepted now (EMFILE); trying again"
    assert [said[1], *said[3:]] == [told, told, "stopped"]
    assert len(pauses) == 40
    assert pauses[:20] == pauses[20:] == sorted(pauses[:20]), "it begins with a short one again"
    assert sum(pauses[:20]) > 10, "it does not compute all the time"


@pytest.mark.parametrize("name", ["EBADF", "EINVAL", "ENOTSOCK"])
def test_a_server_socket_that_is_gone_ends_the_loop(name, monkeypatch, pauses):
    listening = Listening(fails(name))
    monkeypatch.setattr(server, "initial_listen", lambda ip, port: listening)
    with pytest.raises(OSError, match=name):
        server.main(timeout_s=TIME_LIMIT_S)
    assert pauses == []


FULL = """
import resource, sys, threading
from lenproto import server

def allow_no_more_descriptors_until_told():
    sys.stdin.readline()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    print("none is free", flush=True)
    sys.stdin.readline()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

threading.Thread(target=allow_no_more_descriptors_until_told, daemon=True).start()
server.main("127.0.0.1", 0)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of descriptors to be set")
def test_a_server_that_has_no_descriptor_free_waits_for_one():
    with Printed([sys.executable, "-c", FULL], stdin=subprocess.PIPE) as program:
        port = int(program.line().rpartition(":")[2])
        none = "none is free"
        told = f"no client can be accepted now ({os.strerror(errno.EMFILE)}); trying again"
        print(file=program.process.stdin, flush=True)
        said = [program.line()]
        while none not in said:  # it may come to accept() now, and find that none is
            said.append(program.line())
        with connect(("127.0.0.1", port)) as first, connect(("127.0.0.1", port)) as second:
            first.sendall(b"HiEXIT")
            while told not in said:
                said.append(program.line())
            # Linux: a client comes before it where accept() had its descriptor before it waited
            clients = [line for line in said if line.startswith("client ")]
            assert sorted(said) == sorted([none, told, *clients]) and len(clients) < 2
            print(file=program.process.stdin, flush=True)
            second.sendall(b"HiEXIT")
            assert [read_to_the_end(sock) for sock in (first, second)] == [GREETING] * 2
        program.press_ctrl_c()
        code, lines = program.end()
        assert (code, lines[-1], program.stderr()) == (0, "stopped", "")
        assert [line for line in lines if line.startswith("no client can")] == []


def test_a_table_that_does_not_fit_is_an_error_before_the_first_client(monkeypatch, capsys):
    monkeypatch.setattr(
        server, "initial_listen", lambda ip, port: pytest.fail("it must not listen at all")
    )
    too_many = dict.fromkeys(["TIME", "NAME", "RAND", "ECHO", "QUIZ", "JOKE"])
    with pytest.raises(ValueError, match="48"):
        server.main(port=0, answers=too_many)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "function, positional",
    [
        (initial_listen, ["ip", "port"]),
        (check_client, ["server_socket"]),
        (serve_requests, ["request", "client_socket"]),
    ],
)
def test_the_course_names_what_a_function_takes_and_extras_are_keywords(function, positional):
    parameters = inspect.signature(function).parameters.values()
    assert [
        each.name for each in parameters if each.kind == each.POSITIONAL_OR_KEYWORD
    ] == positional
    assert all(each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY) for each in parameters)
    assert all(
        each.default is not each.empty for each in parameters if each.kind == each.KEYWORD_ONLY
    )


def test_check_client_lets_no_answer_wait_for_an_earlier_one(server_socket):
    """Without TCP_NODELAY a small answer waits until the client has acknowledged the one before, up to 40 ms."""
    with connect(server_socket.getsockname()) as peer:
        peer.sendall(b"HiTIME")
        client_socket, _ = check_client(server_socket, timeout_s=TIME_LIMIT_S)
        with client_socket:
            assert client_socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_the_loop_greets_and_answers_by_the_table_it_is_given(connected_pair, monkeypatch):
    peer, client_socket = connected_pair
    peer.sendall(b"HiECHOEXIT")
    listening = Listening((client_socket, peer.getsockname()))
    monkeypatch.setattr(server, "initial_listen", lambda ip, port: listening)
    server.main(answers={"ECHO": lambda: "echo"}, timeout_s=TIME_LIMIT_S)
    assert read_to_the_end(peer) == b"Hello! You can ask for: ECHO or EXIT".ljust(48) + b"0004echo"
