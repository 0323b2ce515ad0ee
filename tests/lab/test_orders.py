"""Every order of the steps of two programs: those that were left out are equivalent, and each is what a stage does."""

import contextlib
import select
import socket
import threading
import time

import pytest

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import Stage, orders
from lenproto.lab.commuting import Event
from lenproto.lab.stage import SIDES

LIMIT_S = 100.0  # of a search that has to be complete, on a busy computer


def listening(talk):
    """A server that talks to one client."""

    def program(ip, port):
        with socket.create_server((ip, port)) as listener, listener.accept()[0] as sock:
            return talk(sock)

    return program


def calling(talk):
    """A client that talks to it."""

    def program(ip, port):
        with socket.create_connection((ip, port)) as sock:
            return talk(sock)

    return program


def sends(*pieces):
    return lambda sock: [sock.sendall(piece) for piece in pieces]


def reads(n, flags=0):
    return lambda sock: sock.recv(n, flags)


def one_by_one(*acts):
    return lambda sock: [act(sock) for act in acts]


def shuts(sock):
    sock.shutdown(socket.SHUT_WR)


def reads_all(sock):
    came = []
    while piece := sock.recv(1024):
        came.append(piece)
    return came


def asks_three_times(sock):
    sock.setblocking(False)
    came = []
    for _ in range(3):
        try:
            came.append(sock.recv(9))
        except BlockingIOError:
            came.append(None)
    return came


def selects(sock):
    came = []
    while select.select([sock], [], [])[0] and (piece := sock.recv(9)):
        came.append(piece)
    return came


def never_accepts(ip, port):
    with socket.create_server((ip, port)):
        time.sleep(1)


def tries_again(ip, port):
    for _ in range(3):
        try:
            with socket.create_connection((ip, port)) as sock:
                return sock.recv(3)
        except ConnectionRefusedError:
            time.sleep(1)
    return None


def calls_twice(ip, port):
    for _ in range(2):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"q")
            sock.recv(9)


def serves_by_threads(ip, port):
    def talk(sock):
        with sock:
            sock.sendall(sock.recv(9))

    with socket.create_server((ip, port)) as listener:
        for _ in range(2):
            thread = threading.Thread(target=talk, args=(listener.accept()[0],))
            thread.start()
            thread.join()


PAIRS = {
    "pieces that flow together": (calling(reads_all), listening(sends(b"a", b"b", b"c"))),
    "pieces of a known size": (calling(one_by_one(reads(1), reads(1))), listening(sends(b"ab", b"c"))),
    "both read first": (calling(reads(2)), listening(reads(2))),
    "a deadlock in some orders": (
        calling(one_by_one(sends(b"a", b"b"), reads(1))),
        listening(one_by_one(reads(2), reads(1), sends(b"x"))),
    ),
    "both send and read": (
        calling(one_by_one(sends(b"a"), reads(9), sends(b"b"), reads(9))),
        listening(one_by_one(sends(b"x"), reads(9), sends(b"y"), reads(9))),
    ),
    "one half is closed": (
        calling(one_by_one(sends(b"a"), shuts, reads_all)),
        listening(one_by_one(sends(b"x"), reads_all, sends(b"y"))),
    ),
    "one hangs up": (calling(lambda sock: None), listening(sends(b"a", b"b", b"c"))),
    "one hangs up with bytes unread": (
        calling(sends(b"a", b"b")),
        listening(one_by_one(reads(1), sends(b"x"), reads(1), sends(b"y"))),
    ),
    "one polls": (calling(asks_three_times), listening(sends(b"a", b"b"))),
    "one selects": (calling(selects), listening(sends(b"a", b"b"))),
    "one only looks": (
        calling(one_by_one(reads(9, socket.MSG_PEEK), reads(1), reads(9))),
        listening(sends(b"a", b"b")),
    ),
    "nobody accepts": (calling(one_by_one(sends(b"u"), reads(4))), never_accepts),
    "one tries again": (tries_again, listening(sends(b"abc"))),
    "threads": (calls_twice, serves_by_threads),
}  # fmt: skip


def what_came_of(trace, ending):
    """What each call of each side gave, and how it ended: orders with the same are equivalent."""
    return str([
        [(call.text(), call.outcome(), call.data) for call in trace if call.actor == side]
        for side in SIDES
    ]), ending  # fmt: skip


def able(stage):
    return [side for side in SIDES if stage.is_held(side) and not stage.would_wait(side)]


def each_order(client_program, server_program):
    """What comes of every single order of steps, tried one after another, with nothing left out."""
    found, waiting = set(), [[]]
    while waiting:
        steps = waiting.pop()
        with Stage(client_program, server_program, interactive=True) as stage:
            for side in steps:
                stage.step(side)
            while can := able(stage):
                waiting += [[*steps, other] for other in can[1:]]
                steps = [*steps, can[0]]
                stage.step(can[0])
            for side in SIDES:
                stage.step(side)
            found.add(what_came_of(stage.trace, ended(stage)))
    return found


def ended(stage):
    """How an order has ended, as a stage tells it."""
    results = [stage.result(side) for side in SIDES]
    if any(isinstance(result, BaseException) for result in results):
        return "an error"
    return "deadlock" if stage.deadlock else "well"


def as_ended(order):
    if any(isinstance(result, BaseException) for result in order.results.values()):
        return "an error"
    return "deadlock" if order.ending == "deadlock" else "well"


@pytest.mark.parametrize("programs", PAIRS.values(), ids=PAIRS)
def test_what_was_left_out_comes_to_the_same_as_something_that_was_run(programs):
    found = orders(*programs, limit_s=LIMIT_S)
    assert found.complete
    kinds = [what_came_of(order.trace, as_ended(order)) for order in found]
    assert len(set(kinds)) == len(kinds), "none is there twice"
    assert set(kinds) == each_order(*programs)


@pytest.mark.parametrize("pieces", range(1, 6))
def test_of_equivalent_orders_only_one_is_run(pieces):
    """A loop over recv may get the pieces in 2 ** (pieces - 1) ways; besides, the client may be refused."""
    found = orders(calling(reads_all), listening(sends(*[b"x"] * pieces)), limit_s=LIMIT_S)
    assert len(found) == found.runs == 2 ** (pieces - 1) + 1
    assert sorted(
        tuple(map(len, order.results["client"])) for order in found.of("well")
    ) == compositions(pieces)


def compositions(n):
    """The ways to write a number as a sum, in order."""
    if not n:
        return [()]
    return sorted((first, *rest) for first in range(1, n + 1) for rest in compositions(n - first))


def test_two_loops_over_recv_with_six_calls_a_side_take_few_runs():
    def both(sock):
        came = 0
        for piece in (b"a", b"b", b"c"):
            sock.sendall(piece)
        while came < 3:
            came += len(sock.recv(1024))

    found = orders(calling(both), listening(both), limit_s=LIMIT_S)
    assert found.complete
    assert min(sum(call.actor == side for call in order.trace)
               for order in found.of("well") for side in SIDES) >= 6  # fmt: skip
    assert found.runs < 40, "each takes some hundredths of a second"


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})


def test_the_order_that_ends_the_conversation_before_it_has_begun_is_found():
    found = orders(client.initial_contact, serve, limit_s=LIMIT_S)
    assert found.complete
    assert [order.ending for order in found] == ["refused", "waits"]
    assert found.wrong is found[0]
    assert (tuple(found.wrong), found.wrong.keys) == (("client",), "C"), "no other step is needed"
    (connect,) = [call for call in found.wrong.trace if call.name == "connect"]
    assert found.wrong.sentence == (
        "The client calls before the server listens, and is refused: "
        f'connect("127.0.0.1", port), line {connect.where.line} of initial_contact.'
    )


def test_an_order_says_whose_steps_it_has_and_a_stage_goes_the_same_way():
    found = orders(*PAIRS["a deadlock in some orders"], limit_s=LIMIT_S)
    (deadlock,) = found.of("deadlock")
    assert set(deadlock.keys) == set("SC ")
    with Stage(*PAIRS["a deadlock in some orders"], interactive=True) as stage:
        for side in deadlock:
            stage.step(side)
        assert stage.deadlock == deadlock.sentence
        assert str(stage.trace) == str(deadlock.trace)


def test_print_tells_how_many_there_are_and_the_shortest_that_goes_wrong():
    found = orders(*PAIRS["both read first"], limit_s=LIMIT_S)
    first, *lines = str(found).splitlines()
    assert first.startswith("There are 2 orders that make a difference.")
    assert lines[:2] == ["1 is refused", "1 ends in a deadlock"]
    assert "The shortest that goes wrong has 1 step: C" in lines
    assert lines[-2:] == ["C: refused", f"{found[1].keys}: deadlock"]
    assert repr(found) == str(found)


def test_typed_lines_answer_in_each_order_and_who_asks_for_more_is_told():
    found = orders(client.main, serve, ["NAME"], limit_s=LIMIT_S)
    assert {order.ending for order in found} == {"refused", "asks"}
    assert all("lena" in str(order.trace.notes["client"].printed) for order in found.of("asks"))


def test_an_error_and_a_side_that_waits_alone_are_told():
    def raises(sock):
        raise ValueError("no idea")

    (order,) = orders(calling(raises), listening(reads(1)), limit_s=LIMIT_S).of("fails")
    assert "no idea" in order.sentence

    kept = []

    def keeps(ip, port):
        kept.append(socket.create_connection((ip, port)))

    (order,) = orders(keeps, listening(reads(1)), limit_s=LIMIT_S).of("waits")
    assert order.sentence.startswith(
        "One side has ended and left its socket open; the other one is"
    )
    assert "recv(1)" in order.sentence and not order.goes_wrong
    for sock in kept:
        sock.close()


def test_a_search_ends_after_so_many_orders_or_seconds_and_says_so():
    many = calling(reads_all), listening(sends(*[b"x"] * 6))
    few = orders(*many, most=3)
    assert (len(few), few.complete) == (3, False)
    assert str(few).startswith("3 orders were found before the search ended; there may be more.")
    none = orders(*many, limit_s=0)
    assert (len(none), none.runs, none.wrong) == (0, 0, None)


def test_programs_without_end_are_cut_off(monkeypatch):
    def polls_for_ever(sock):
        sock.setblocking(False)
        while True:
            with contextlib.suppress(BlockingIOError):
                sock.recv(1)

    monkeypatch.setitem(orders.__globals__, "STEPS", 20)
    found = orders(calling(polls_for_ever), listening(polls_for_ever), most=3, limit_s=LIMIT_S)
    assert found.of("endless") and not found.complete
    assert found.of("endless")[0].label == "no end"


def test_all_is_put_back_and_no_thread_is_left():
    before = threading.active_count()
    orders(*PAIRS["both read first"], limit_s=LIMIT_S)
    assert threading.active_count() == before
    assert select.select.__module__ == "select" and time.sleep.__module__ == "time"


def test_an_event_of_a_call_that_has_no_say_is_of_no_kind():
    with Stage(*PAIRS["both read first"]) as stage:
        bind = stage.call("server")
    assert Event("server", bind, False).kind == ""
