"""The scripted peer that moves only where the function under test waits for it."""

import errno
import select
import selectors
import socket
import threading
import time

import pytest

from lenproto.exercises.cases import AnswerTo, Case, Silence
from lenproto.exercises.driven import MOST_BYTES, Driver
from lenproto.exercises.run import CASE_S, run
from lenproto.lab.shocks import Close, Expect, ExpectAnswer, ExpectEnd, Flood, Reset, Send, ShutDown, Wait
from lenproto.wire import frame


def drive(function, *script, request="NAME", **more):
    """Run a serve_requests against a script; return what was Seen, with what look(seen) found before all was closed."""
    case = Case("serve_requests", "spec", "a test", "A client.", script, request=request, **more)
    return run(case, function, lambda seen: None)[0]


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
    seen = drive(lambda request, sock: read_all(sock, [100, 100]), Send(b"NA"), Wait(3600), Send(b"ME"))
    assert (seen.ending, seen.result) == ("returned", [b"NA", b"ME"])


def test_nothing_is_sent_before_what_a_step_expects_has_come():
    def learner(request, sock):
        before = select.select([sock], [], [], 0)[0]
        sock.sendall(b"ab")
        return before, sock.recv(4)

    seen = drive(learner, Expect(2, "two", b"ab"), Send(b"EXIT"))
    assert seen.result == ([], b"EXIT")
    assert [move.step for move in seen.driver.log] == ["expect two, 2 bytes", 'send b"EXIT"']


def test_a_deadlock_is_known_at_once_with_its_call():
    began = time.monotonic()
    seen = drive(lambda request, sock: sock.recv(4), Expect(4, "an answer"), Send(b"EXIT"))
    assert time.monotonic() - began < CASE_S / 2
    assert seen.ending == "waits"
    assert (seen.call.name, seen.call.argument) == ("recv", 4)
    assert seen.driver.problem.problem == "0 of 4 bytes came"


def test_other_bytes_than_expected_are_told_and_the_peer_says_nothing_more():
    def learner(request, sock):
        sock.sendall(b"cd")
        return sock.recv(4)

    seen = drive(learner, Expect(2, "two", b"ab"), Send(b"EXIT"))
    assert seen.driver.problem.problem == 'b"cd" came instead of b"ab"'
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

    case = Case("serve_requests", "shock", "never reads", "A flood.", (Flood(b"????", 1.0),), request="????")
    seen = run(case, learner, lambda seen: None)[0]
    assert isinstance(seen.error, TimeoutError)
    assert seen.trace[-1].name == "sendall"


def test_who_sends_without_end_is_stopped():
    def learner(request, sock):
        while True:
            sock.sendall(b"x" * 65536)

    seen = drive(learner, ExpectEnd())
    assert len(seen.sent) >= MOST_BYTES and seen.ending in ("spins", "waits", "raised")


@pytest.mark.parametrize(("step", "outcome"), [(Close(), b""), (ShutDown(), b""), (Reset(), errno.ECONNRESET)])
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

    seen = drive(learner, AnswerTo(request="NAME"), Send(b"RAND"), AnswerTo(request="RAND"), Send(b"EXIT"), ExpectEnd())
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


@pytest.mark.parametrize("wait", [wait_by_select, wait_by_selector])
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

    began = time.monotonic()
    seen = drive(learner, *TALK)
    assert seen.result == b"EXIT" and seen.driver.done
    assert time.monotonic() - began < CASE_S


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
        client_socket, address = server_socket.accept()
        met.append(client_socket.recv(2))
        return client_socket, ""

    case = Case("check_client", "shock", "a test", "A client.", (Send(b"Ho"), Close()), "leaves", wants="")
    seen = run(case, learner, lambda seen: None)[0]
    strangers[0].close()
    assert met == [b"Hi", b"Ho"] and seen.result[1] == ""


def _call(address):
    sock = socket.create_connection(address)
    sock.sendall(b"Hi")
    return sock
