"""The scripted peer that moves only where the function under test waits for it."""

import errno
import os
import select
import selectors
import socket
import threading
import time
from time import monotonic  # the real one

import pytest
from helpers.judged import drive

from lenproto.exercises.functions.case import AnswerTo, Case, Silence
from lenproto.exercises.judging import driven, submission
from lenproto.exercises.judging.driven import MOST_BYTES, ON_THE_WAY_S, Driver
from lenproto.exercises.judging.loading import load
from lenproto.exercises.judging.run import run
from lenproto.exercises.judging.waits import stand_in
from lenproto.lab.shocks.script import (
    Close,
    Expect,
    ExpectAnswer,
    ExpectEnd,
    Flood,
    Reset,
    Send,
    ShutDown,
    Wait,
)
from lenproto.wire import frame


def read_all(sock, sizes):
    """Read with these sizes, and return the pieces."""
    return [sock.recv(size) for size in sizes]


def test_pieces_come_one_by_one_each_when_the_one_before_was_read():
    seen = drive(lambda request, sock: read_all(sock, [100] * 4), Send(b"NAMERA", 2), Close())
    assert seen.result == [b"NA", b"ME", b"RA", b""]


def test_segments_stay_apart_as_the_script_sends_them():
    seen = drive(lambda request, sock: read_all(sock, [100, 100]), Send(b"NAMERAND"), Send(b"EXIT"))
    assert seen.result == [b"NAMERAND", b"EXIT"]


def test_a_pause_of_a_script_takes_no_time():
    seen = drive(
        lambda request, sock: read_all(sock, [100, 100]), Send(b"NA"), Wait(3600), Send(b"ME")
    )
    assert (seen.ending, seen.result) == ("returned", [b"NA", b"ME"])


def test_nothing_is_sent_before_what_a_step_expects_has_come():
    def learner(request, sock):
        before = select.select([sock], [], [], 0)[0]
        sock.sendall(b"ab")
        return before, sock.recv(4)

    seen = drive(learner, Expect(2, "two", b"ab"), Send(b"EXIT"))
    assert seen.result == ([], b"EXIT")
    assert [str(move.step) for move in seen.driver.log] == ["expect two, 2 bytes", 'send b"EXIT"']


def test_a_deadlock_is_known_at_once_with_its_call():
    seen = drive(lambda request, sock: sock.recv(4), Expect(4, "an answer"), Send(b"EXIT"))
    assert seen.ending == "waits"
    assert (seen.call.name, seen.call.argument) == ("recv", 4)
    assert str(seen.driver.problem.problem) == "0 of 4 bytes came"


def test_other_bytes_than_expected_are_told_and_the_peer_says_nothing_more():
    def learner(request, sock):
        sock.sendall(b"cd")
        return sock.recv(4)

    seen = drive(learner, Expect(2, "two", b"ab"), Send(b"EXIT"))
    assert str(seen.driver.problem.problem) == 'b"cd" came instead of b"ab"'
    assert seen.ending == "waits" and seen.result is None


def test_a_silent_peer_runs_into_the_functions_time_limit_without_waiting_for_it():
    def learner(request, sock):
        sock.settimeout(300)
        return sock.recv(4)

    seen = drive(learner, Silence())
    assert isinstance(seen.error, TimeoutError)


def test_who_takes_a_time_limit_for_a_reason_to_wait_again_spins():
    def learner(request, sock):
        sock.settimeout(1)
        while True:
            try:
                return sock.recv(4)
            except TimeoutError:
                continue

    assert drive(learner, Silence()).ending == "spins"


def test_who_reads_on_at_the_end_of_the_stream_spins():
    def learner(request, sock):
        while True:
            sock.recv(4)

    seen = drive(learner, Close())
    assert seen.ending == "spins" and seen.call.at_end_of_stream


def test_a_flood_fills_what_the_system_keeps_and_the_next_answer_runs_into_the_limit():
    def learner(request, sock):
        sock.settimeout(5)
        while True:
            sock.sendall(frame("?"))
            sock.recv(4)

    case = Case(
        "serve_requests",
        "shock",
        "a flood",
        "A flood.",
        (Flood(b"????", 1.0),),
        request="????",
        setting="flood",
    )
    seen = run(case, learner, lambda seen: None)[0]
    assert isinstance(seen.error, TimeoutError)
    assert seen.trace[-1].name == "sendall"


def test_who_sends_without_end_is_stopped():
    def learner(request, sock):
        while True:
            sock.sendall(b"x" * 65536)

    seen = drive(learner, ExpectEnd())
    assert len(seen.sent) >= MOST_BYTES and seen.ending in ("spins", "waits", "raised")


@pytest.mark.parametrize(
    ("step", "outcome"), [(Close(), b""), (ShutDown(), b""), (Reset(), errno.ECONNRESET)]
)
def test_the_ways_to_leave_arrive_as_what_they_are(step, outcome):
    def learner(request, sock):
        try:
            return sock.recv(4)
        except OSError as error:
            return error.errno

    assert drive(learner, step).result == outcome


def test_answers_are_split_where_the_peer_spoke():
    def learner(request, sock):
        sock.sendall(frame("lena"))
        sock.recv(4)
        sock.sendall(frame("7"))
        sock.recv(4)
        sock.close()

    seen = drive(
        learner,
        AnswerTo(request="NAME"),
        Send(b"RAND"),
        AnswerTo(request="RAND"),
        Send(b"EXIT"),
        ExpectEnd(),
    )
    assert seen.driver.answers == [frame("lena"), frame("7"), b""]
    assert seen.driver.done


TALK = (ExpectAnswer(), Send(b"EX", 1), Send(b"IT"), ExpectEnd())


def wait_by_select(sock):
    while not select.select([sock], [], [], 5)[0]:
        pass


def wait_by_selector(sock):
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        while not selector.select(5):
            pass


def wait_by_poll(sock):
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    while not poll.poll(5000):
        pass


WAITS = [
    wait_by_select,
    wait_by_selector,
    pytest.param(
        wait_by_poll,
        marks=pytest.mark.skipif(not hasattr(select, "poll"), reason="this system knows no poll()"),
    ),
]


@pytest.mark.parametrize("wait", WAITS)
def test_waiting_for_several_sockets_lets_the_peer_go_on(wait):
    def learner(request, sock):
        sock.sendall(frame("lena"))
        got = b""
        while len(got) < 4:
            wait(sock)
            got += sock.recv(4)
        sock.close()
        return got

    seen = drive(learner, *TALK)
    assert seen.result == b"EXIT" and seen.driver.done
    assert [call.name for call in seen.trace] == ["sendall", "recv", "recv", "recv", "close"], (
        "the peer's calls are none of the function's"
    )


@pytest.mark.parametrize("limit_s", [100, None])
def test_a_time_limit_of_select_runs_out_at_once_where_the_peer_is_silent(limit_s):
    def learner(request, sock):
        sock.sendall(frame("lena"))
        ready = select.select([sock], [], [], limit_s)
        sock.close()
        return ready

    seen = drive(learner, ExpectAnswer(), Silence())
    assert seen.ending == "returned" and seen.result == ([], [], [])


def test_waiting_in_select_for_what_never_comes_is_known_at_once():
    def learner(request, sock):
        select.select([sock], [], [], 100)

    seen = drive(learner, ExpectAnswer(), Send(b"EXIT"))
    assert (seen.ending, seen.call.name) == ("waits", "select")
    assert seen.call.where.function == "learner"


def test_what_was_fetched_from_the_library_waits_in_the_same_way(tmp_path):
    """from select import select, from time import sleep: fetched when the submission is loaded."""
    source = tmp_path / "fetched.py"
    source.write_text(FETCHED, "utf-8")
    with stand_in():
        parts = submission.read_file(source).parts
        function = load(parts).names["serve_requests"]
        seen = drive(function, *TALK)
    assert seen.result == b"EXIT" and seen.driver.done
    assert seen.slept_s == 100, "it has only said that it sleeps"


FETCHED = """
from select import select
from time import sleep

def serve_requests(request, client_socket):
    client_socket.sendall(b"0004lena")
    sleep(100)
    got = b""
    while len(got) < 4:
        if select([client_socket], [], [], 100)[0]:
            got += client_socket.recv(4)
        sleep(100)
    client_socket.close()
    return got
"""


def test_outside_of_all_runs_the_library_is_as_it_was():
    before = (
        select.select,
        selectors.DefaultSelector.select,
        os.read,
        os.write,
        time.sleep,
        socket.socket.recv,
    )
    with stand_in():
        drive(lambda request, sock: sock.close(), ExpectEnd())
        assert select.select is not before[0], "the inner end is not the last one"
    assert before == (
        select.select,
        selectors.DefaultSelector.select,
        os.read,
        os.write,
        time.sleep,
        socket.socket.recv,
    )


@pytest.mark.skipif(os.name == "nt", reason="on Windows a socket's number is no file's")
def test_what_is_read_and_written_by_the_sockets_number_counts_as_its_calls():
    def learner(request, sock):
        os.write(sock.fileno(), frame("lena"))
        got = os.read(sock.fileno(), 4) + os.read(sock.fileno(), 4) + os.read(sock.fileno(), 4)
        sock.close()
        return got

    seen = drive(learner, *TALK)
    assert seen.result == b"EXIT" and seen.driver.done
    assert [call.name for call in seen.trace] == ["send", "recv", "recv", "recv", "close"]


def test_a_thread_may_read_ahead_while_another_one_takes_its_time_to_answer():
    """A thread that waits is no deadlock, as long as another one may still do what the peer waits for."""

    def learner(request, sock):
        got = []
        thread = threading.Thread(target=lambda: got.append(sock.recv(4)))
        thread.start()
        ends = monotonic() + 5 * ON_THE_WAY_S
        while monotonic() < ends:  # it computes
            pass
        sock.sendall(frame("lena"))
        thread.join()
        sock.close()
        return got

    seen = drive(learner, ExpectAnswer(), Send(b"EXIT"), ExpectEnd())
    assert seen.result == [b"EXIT"] and seen.driver.done


def test_a_learner_who_does_not_block_and_sleeps_is_driven_as_well():
    def learner(request, sock):
        sock.sendall(frame("lena"))
        sock.setblocking(False)
        got = b""
        while len(got) < 4:
            try:
                got += sock.recv(4)
            except BlockingIOError:
                time.sleep(0.5)
        sock.close()
        return got

    seen = drive(learner, *TALK)
    assert seen.result == b"EXIT" and seen.driver.done


@pytest.mark.skipif(not hasattr(socket, "MSG_WAITALL"), reason="this system knows no MSG_WAITALL")
def test_waitall_waits_for_all_pieces():
    def learner(request, sock):
        sock.sendall(frame("lena"))
        got = sock.recv(4, socket.MSG_WAITALL)
        sock.close()
        return got

    seen = drive(learner, *TALK)
    assert seen.result == b"EXIT" and seen.driver.done


def test_a_helper_thread_of_the_learner_is_driven_as_well():
    def learner(request, sock):
        got = []

        def helper():
            sock.sendall(frame("lena"))
            while sum(map(len, got)) < 4:
                got.append(sock.recv(4))

        thread = threading.Thread(target=helper)
        thread.start()
        thread.join()
        sock.close()
        return got

    seen = drive(learner, *TALK)
    assert seen.result == [b"E", b"X", b"IT"] and seen.driver.done and not seen.threads


def test_a_thread_that_is_left_is_counted_and_stopped():
    def learner(request, sock):
        threading.Thread(target=lambda: [sock.recv(4) for _ in range(9)], daemon=True).start()

    seen = drive(learner, Expect(4, "an answer"))
    assert seen.threads or seen.driver.stuck


def test_a_script_without_steps_is_done():
    assert Driver(()).done and Driver(()).came == b"" and Driver(()).answers == [b""]


def test_a_stranger_who_calls_the_same_port_does_not_count():
    strangers, met = [], []

    def learner(server_socket):
        if not strangers:  # the first time, somebody else is quicker
            strangers.append(_call(server_socket.getsockname()))
        client_socket, _ = server_socket.accept()
        met.append(client_socket.recv(2))
        return client_socket, ""

    case = Case(
        "check_client", "shock", "a test", "A client.", (Send(b"Ho"), Close()), "leaves", wants=""
    )
    seen = run(case, learner, lambda seen: None)[0]
    strangers[0].close()
    assert met == [b"Hi", b"Ho"] and seen.result[1] == ""


def _call(address):
    sock = socket.create_connection(address)
    sock.sendall(b"Hi")
    return sock


def test_what_lies_in_a_buffer_is_seen_and_nothing_else(peer_of):
    ours, theirs = peer_of
    with ours.makefile("rw") as file, theirs.makefile("wb") as other:
        file.write("Hi")
        assert driven._kept_back() == b"Hi"
        assert driven._kept_back() == b""  # it was taken out
        other.write(b"kept")
        ours.sendall(b"sent")
        assert driven._kept_back() == b"kept"
        assert theirs.recv(4) == b"sent"


@pytest.fixture
def peer_of():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs
