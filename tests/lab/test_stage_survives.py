"""The stage outlives what people do to it: Ctrl-C at any moment, sockets of their own, a stage that nobody closes."""

import _thread
import contextlib
import gc
import signal
import socket
import subprocess
import sys
import threading

import pytest
from helpers.peers.bare import TIME_LIMIT_S
from helpers.places import ROOT
from helpers.programs import ctrl_c_not_ignored

from lenproto import client, server
from lenproto.lab import LabError, Stage, interrupts, keyboard, program, stage, tap

pytestmark = pytest.mark.usefixtures("signals_of_a_terminal")

REAL = socket.socket
OWN = {each.__file__ for each in (stage, tap, program, keyboard, interrupts, threading)}


def everything_replaceable():
    names = {name: getattr(REAL, name) for name in (*tap.METHODS, "settimeout")}
    return names | {"start": threading.Thread.start, "input": input, "stdin": sys.stdin}


@pytest.fixture(autouse=True)
def everything_is_put_back():
    before = everything_replaceable()
    yield
    assert everything_replaceable() == before
    assert tap._actors == {}


def serve(ip, port):
    server.main(ip, port)


def ask(ip, port):
    return client.main(ip, port)


def spins(ip, port):
    while True:
        pass


# Ctrl-C


class Presses:
    """Presses Ctrl-C at each line of the lab that the main thread comes to, the first time, and that often in a row."""

    def __init__(self, times):
        self.times, self.left, self.lines = times, 0, set()

    def __call__(self, frame, event, argument):
        if frame.f_code.co_filename not in OWN:
            return None
        place = frame.f_code.co_filename, frame.f_lineno
        if event == "line" and place not in self.lines:
            self.lines.add(place)
            self.left = self.times
        if event == "line" and self.left:
            self.left -= 1
            signal.raise_signal(signal.SIGINT)
        return self

    def until_it_works(self, action):
        """Do this, and again whenever Ctrl-C has ended it; return what came of it."""
        while True:
            before = sys.gettrace()
            with contextlib.suppress(KeyboardInterrupt):
                try:
                    sys.settrace(self)
                    return action()
                finally:
                    sys.settrace(before)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_ctrl_c_at_any_line_leaves_a_stage_that_goes_on_and_closes(times):
    presses = Presses(times)
    with ctrl_c_not_ignored():
        both = presses.until_it_works(lambda: Stage(ask, serve, typed=["NAME", "EXIT"]).start())
        presses.until_it_works(lambda: both.play("server", until="accept"))
        for side in ("server", "client", "server"):
            presses.until_it_works(lambda side=side: both.step(side))
        presses.until_it_works(lambda: [both.position("client"), both.deadlock, repr(both)])
        presses.until_it_works(lambda: both.type("client", "RAND"))
        presses.until_it_works(both.run)
        assert both.position("server").call == "accept()"
        presses.until_it_works(both.close)
        assert both.result("client") is True
    assert len(presses.lines) > 150, "else it was pressed nowhere"


def test_ctrl_c_pressed_again_while_it_closes_closes_it_all_the_same(monkeypatch):
    stop = program.Program.stop

    def is_pressed(ip, port):
        _thread.interrupt_main()
        spins(ip, port)

    def is_pressed_too(self):
        _thread.interrupt_main()
        stop(self)

    monkeypatch.setattr(program.Program, "stop", is_pressed_too)
    monkeypatch.setattr(stage, "REST_S", 0.1)
    with ctrl_c_not_ignored():
        both = Stage(is_pressed, serve)
        with pytest.raises(KeyboardInterrupt):
            both.start()
        assert threading.active_count() == before_it(both)
        with pytest.raises(LabError, match=r"closed\. Make a new one"):
            both.step("client")


def before_it(both):
    """How many threads there would be without those of a stage."""
    own = {actor.thread for side in both._sides.values() for actor in side.program.actors}
    return len(set(threading.enumerate()) - own)


def test_ctrl_c_within_a_with_block_closes_it_however_often_it_is_pressed():
    presses, before = Presses(3), sys.gettrace()

    def pressed(threads):
        with Stage(ask, serve) as both:
            threads += threads_of(both)
            both.step("server")
            sys.settrace(presses)

    with ctrl_c_not_ignored():
        for _ in range(5):  # a press at the lines that it did not come to the last time, too
            threads = []
            with contextlib.suppress(KeyboardInterrupt):
                pressed(threads)
            sys.settrace(before)
            gc.collect()
            are_ended(threads)
            assert tap._actors == {}
    assert presses.lines


def test_ctrl_c_is_held_back_in_the_main_thread_only_and_strikes_once():
    done, handler = [], signal.getsignal(signal.SIGINT)

    def held():
        with interrupts.held_back():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            done.append(signal.getsignal(signal.SIGINT))

    def elsewhere():
        with interrupts.held_back():
            done.append(signal.getsignal(signal.SIGINT))

    with ctrl_c_not_ignored():
        with pytest.raises(KeyboardInterrupt):
            held()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join(TIME_LIMIT_S)
    assert len(done) == 2
    assert done[0] is not done[1] is signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is handler


# Somebody's own sockets


class Shouts(REAL):
    """A class of a learner's own, derived from Python's."""

    def sendall(self, data, *more):
        return super().sendall(data.upper(), *more)


class Wraps:
    """Another one that is not, and only has a socket."""

    def __init__(self, *arguments, **more):
        self.real = REAL(*arguments, **more)

    def __getattr__(self, name):
        return getattr(self.real, name)

    def __del__(self):
        self.real.close()


def sends_small_letters(ip, port):
    with socket.socket() as sock:
        sock.connect((ip, port))
        sock.sendall(b"ab")
        return sock.recv(2)


def echoes(ip, port):
    with socket.socket() as listening:
        listening.bind((ip, port))
        listening.listen()
        peer, _ = listening.accept()
        with peer:
            peer.sendall(peer.recv(2))


@pytest.mark.parametrize("replaced", ["before", "meanwhile", "until it closes", "at the end"])
def test_a_class_derived_from_pythons_is_seen_and_put_back(replaced, monkeypatch):
    if replaced in ("before", "until it closes"):
        monkeypatch.setattr(socket, "socket", Shouts)
    both = Stage(sends_small_letters, echoes).start()
    if replaced == "meanwhile":
        monkeypatch.setattr(socket, "socket", Shouts)
    both.run()
    if replaced == "until it closes":
        monkeypatch.undo()
    if replaced == "at the end":
        monkeypatch.setattr(socket, "socket", Shouts)
    both.close()
    assert both.result("client") == (b"ab" if replaced == "at the end" else b"AB")
    told = str(both.trace)
    assert "accept()" in told and "recv(2)" in told
    assert set(vars(Shouts)) & set(tap.METHODS) == {"sendall"}, "nothing was put there"


@pytest.mark.parametrize("other", [Wraps, lambda *arguments: REAL(*arguments), None])
def test_what_is_no_socket_class_of_pythons_is_said_in_a_sentence(other, monkeypatch):
    monkeypatch.setattr(socket, "socket", other)
    both = Stage(sends_small_letters, echoes)
    with pytest.raises(LabError, match=r"stands where Python's socket\.socket belongs"):
        both.start()
    assert threading.active_count() == before_it(both)
    monkeypatch.undo()
    with both:
        both.run()
        assert both.result("client") == b"ab"


def test_a_stage_on_which_such_a_class_turns_up_closes(monkeypatch):
    with Stage(sends_small_letters, echoes) as both:
        monkeypatch.setattr(socket, "socket", Wraps)
        both.run()
        assert "TypeError: 'Wraps' object does not support the context manager" in str(
            both.position("server")
        )
    monkeypatch.undo()
    gc.collect()


LATE = """
import socket
real = socket.socket
class Mine(socket.socket):
    pass
methods = {name: getattr(real, name) for name in dir(real)}
socket.socket = Mine
from lenproto import client, server
from lenproto.lab import Stage
with Stage(client.main, server.main, ["NAME", "EXIT"]) as both:
    both.run()
print(both.result("client"), len(both.trace) > 10)
print(methods == {name: getattr(real, name) for name in dir(real)}, "recv" in vars(Mine))
"""


def test_the_lab_may_be_imported_when_the_class_stands_there_already():
    done = subprocess.run(
        [sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT_S
    )
    assert (done.stdout, done.stderr) == ("True True\nTrue False\n", "")


def test_a_method_that_somebody_has_replaced_is_called_and_stays(monkeypatch):
    called, sendall = [], REAL.sendall

    def own(sock, data):
        called.append(data)
        return sendall(sock, data)

    monkeypatch.setattr(REAL, "sendall", own)
    with Stage(sends_small_letters, echoes) as both:
        both.run()
        assert both.result("client") == b"ab"
    assert called == [b"ab", b"ab"]
    assert REAL.sendall is own
    assert "sendall" in str(both.trace) or 'b"ab"' in str(both.trace)


def test_a_method_that_somebody_replaces_meanwhile_stays():
    sendall = vars(REAL).get("sendall")
    with Stage(sends_small_letters, echoes) as both:
        watched = REAL.sendall
        REAL.sendall = own = lambda sock, *arguments: watched(sock, *arguments)
        both.run()
        assert both.result("client") == b"ab"
    try:
        assert vars(REAL)["sendall"] is own
    finally:
        del REAL.sendall
    assert vars(REAL).get("sendall") is sendall


# A stage that nobody closes


def wait_for_those_that_free():
    """Wait for the threads that free stages which nobody holds any more."""
    for thread in threading.enumerate():
        if thread.name == "frees a stage":
            thread.join(TIME_LIMIT_S)


def threads_of(both):
    """The threads of a stage; nothing of them holds it."""
    return [actor.thread for side in both._sides.values() for actor in side.program.actors]


def are_ended(threads):
    """Wait until these threads have ended, and what is freed besides."""
    for thread in threads:
        thread.join(TIME_LIMIT_S)
        assert not thread.is_alive()
    wait_for_those_that_free()


def held(both):
    both.step("server")


def blocked(both):
    both.play("server")
    both.step("client")
    both.play("server")


def asks(both):
    both.run()
    assert both.position("client").name == "input"


@pytest.mark.parametrize("moment", [held, blocked, asks])
@pytest.mark.parametrize("in_a_cycle", [False, True])
def test_a_stage_that_nobody_holds_any_more_frees_all(moment, in_a_cycle):
    both = Stage(ask, serve, interactive=True).start()
    moment(both)
    threads = threads_of(both)
    assert len(threads) == 2 and all(thread.is_alive() for thread in threads)
    both.itself = both if in_a_cycle else None
    both = None
    gc.collect()
    are_ended(threads)
    # that no socket, no method and no input is left is checked after each test


def test_a_side_that_computes_is_ended_too(monkeypatch):
    monkeypatch.setattr(stage, "REST_S", 0.1)
    both = Stage(spins, serve).start()
    threads = threads_of(both)
    both = None
    gc.collect()
    are_ended(threads)


def test_a_cell_that_is_run_again_frees_the_stage_of_before():
    names, threads = {"Stage": Stage, "ask": ask, "serve": serve}, []
    for _ in range(3):
        exec("stage = Stage(ask, serve, ['EXIT']).start(); stage.run()", names)
        assert names["stage"].result("client") is True
        threads += threads_of(names["stage"])
    names["stage"].close()
    are_ended(threads)


@pytest.mark.parametrize("lock", [tap._lock, keyboard._lock])
def test_the_garbage_collector_may_find_it_at_any_moment(lock):
    both = Stage(ask, serve).start()
    threads = threads_of(both)
    with lock:
        both = None
        gc.collect()
    are_ended(threads)


def test_a_stage_that_was_closed_needs_no_thread_to_be_freed():
    with Stage(ask, serve) as both:
        both.step("server")
    before = set(threading.enumerate())
    both = Stage(ask, serve)
    both = None
    gc.collect()
    assert set(threading.enumerate()) <= before
