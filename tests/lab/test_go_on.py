"""Both programs once more, up to a moment that is past."""

import itertools
import socket
import statistics
import time

import pytest

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import LabError, Stage, again
from lenproto.lab.views import StageView

counter = itertools.count()


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})


def shown(stage):
    return [(call.actor, call.text(), call.outcome()) for call in stage.trace]


def test_lines_that_were_typed_and_limits_that_ran_out_are_repeated():
    def waits(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.settimeout(5)
            try:
                sock.recv(48)
            except TimeoutError:
                sock.sendall(input("Say: ").encode())
                return sock.recv(48)

    with Stage(waits, serve, interactive=True) as stage:
        stage.run()
        stage.time_out("client")
        stage.type("client", "Hi")
        stage.run()
        before, orders = shown(stage), stage.orders
    with Stage(waits, serve, interactive=True) as stage:
        again.follow(stage, orders)
        assert shown(stage) == before


def test_the_orders_until_a_moment_are_those_that_led_to_it():
    with Stage(client.main, serve, typed=["NAME", "EXIT"]) as stage:
        stage.run()
        last = len(stage.trace)
        orders, trace = stage.orders, stage.trace
    for calls in range(0, last + 1, 3):
        with Stage(client.main, serve, typed=["NAME", "EXIT"]) as stage:
            again.follow(stage, again.until(orders, calls))
            assert len(stage.trace) <= calls
            assert again.first_difference(trace[: len(stage.trace)], stage.trace) in (
                None,
                len(stage.trace),
            )


def test_programs_that_go_another_way_are_told_from_the_call_on_where_they_do():
    def by_turns(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi" if next(counter) % 2 else b"Ho")
            sock.recv(48)

    view = StageView(by_turns, serve, played=[("server", "accept")])
    try:
        view.stage.run()
        calls = len(view.stage.trace)
        number = view.go_on_from(calls)
        assert view.stage.trace[number - 1].name == "sendall"
    finally:
        view.close()


def test_a_view_goes_on_from_a_moment_and_takes_another_turn():
    view = StageView(client.main, serve, typed=["NAME", "EXIT"], played=[("server", "accept")])
    try:
        view.stage.run()
        assert view.go_on_from(6) is None
        assert len(view.stage.trace) == 6
        assert view.trace is view.stage.trace
        view.stage.run()
        assert view.stage.position("client").state == "finished"
    finally:
        view.close()
    with pytest.raises(LabError):
        view.go_on_from(3)


def test_two_hundred_calls_are_repeated_in_a_second():
    def talks(ip, port):
        with socket.create_connection((ip, port)) as sock:
            while True:
                sock.sendall(b"ab")
                sock.recv(2)

    def answers(ip, port):
        with socket.create_server((ip, port)) as listener, listener.accept()[0] as peer:
            while data := peer.recv(2):
                peer.sendall(data)

    view = StageView(talks, answers)
    try:
        moves = view.stage.moves()
        while len(view.stage.trace) < 220:
            next(moves)
        times = []
        for _ in range(3):
            began = time.process_time()
            assert view.go_on_from(200) is None
            times.append(time.process_time() - began)
        assert statistics.median(times) < 1, "it took 0.3 s"
    finally:
        view.close()
