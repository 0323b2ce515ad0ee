"""Programs on the stage that wait in other ways than at a socket: each wait is a call that can be stepped."""

import asyncio
import select
import selectors
import socket
import time
from time import sleep as nap

import pytest

from lenproto.lab import Stage
from lenproto.lab.stage import REST_S


def calls(stage, actor):
    return [call.text() for call in stage.trace if call.actor == actor]


def sends(ip, port):
    with socket.create_connection((ip, port)) as sock:
        sock.sendall(b"ab")
        sock.sendall(b"cd")


def accepted(ip, port):
    with socket.create_server((ip, port)) as listener:
        return listener.accept()[0]


def quick(stage):
    """Run a stage to its end; check that no side was given up."""
    began = time.monotonic()
    stage.run()
    assert [stage.position(side).state for side in ("client", "server")] == ["finished"] * 2
    assert time.monotonic() - began < REST_S * 5
    return stage


def test_a_sleep_is_a_call_that_takes_no_time():
    def sleeps(ip, port):
        time.sleep(3600)
        before = time.monotonic(), time.time(), time.perf_counter()
        nap(7200)  # fetched by its name, before
        told = time.monotonic(), time.time(), time.perf_counter()
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"ab")
        return [round(now - then, -1) for now, then in zip(told, before, strict=True)]

    def reads(ip, port):
        with accepted(ip, port) as sock:
            return sock.recv(2)

    with Stage(sleeps, reads) as stage:
        assert str(stage.position("client")).startswith("about to sleep(3600), line ")
        quick(stage)
        assert calls(stage, "client")[:2] == ["sleep(3600)", "sleep(7200)"]
        assert stage.result("client") == [7200] * 3
        assert stage.result("server") == b"ab"
    assert time.sleep.__module__ == "time"
    assert nap is time.sleep


def selects(ip, port):
    with accepted(ip, port) as sock:
        came = b""
        while len(came) < 4:
            ready, _, _ = select.select([sock], [], [])
            came += ready[0].recv(4)
        return came


def by_selector(ip, port):
    with accepted(ip, port) as sock, selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        came = b""
        while len(came) < 4:
            for key, _ in selector.select():
                came += key.fileobj.recv(4)
        return came


def polls(ip, port):
    with accepted(ip, port) as sock:
        poll, came = select.poll(), b""
        poll.register(sock, select.POLLIN)
        while len(came) < 4:
            assert poll.poll()
            came += sock.recv(4)
        return came


@pytest.mark.parametrize("server", [selects, by_selector, polls])
def test_who_waits_for_several_sockets_is_blocked_there_until_something_comes(server):
    if server is polls and not hasattr(select, "poll"):
        pytest.skip("this system has no poll")
    name = "poll" if server is polls else "select"
    with Stage(sends, server) as stage:
        stage.play("server", until=name)
        assert stage.position("server").state == "about to" or stage.play(
            "client", until="sendall(2 bytes)"
        )
        stage.play("client", until="sendall(2 bytes)")
        stage.play("server")
        position = stage.position("server")
        assert (position.state, position.name, position.limit_s) == ("blocked", name, None)
        assert position.awaits == "something at one of its sockets"
        stage.step("client")
        assert stage.position("server").call == "recv(4)"
        quick(stage)
        assert stage.result("server") == b"abcd"


def test_the_time_limit_of_a_select_runs_out_when_it_is_told_to():
    def impatient(ip, port):
        with accepted(ip, port) as sock:
            began = time.monotonic()
            ready = select.select([sock], [], [], 30)
            return ready, round(time.monotonic() - began, -1)

    def silent(ip, port):
        with socket.create_connection((ip, port)) as sock:
            return sock.recv(1)

    with Stage(silent, impatient) as stage:
        stage.run()
        assert stage.position("server").limit_s == 30
        assert "Only a time limit could end this" in stage.deadlock
        stage.time_out("server")
        quick(stage)
        assert stage.result("server") == (([], [], []), 30)


def test_the_time_limit_of_a_send_runs_out_when_it_is_told_to():
    def floods(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.settimeout(20)
            sock.sendall(b"x" * 50_000_000)

    def waits(ip, port):
        with accepted(ip, port), socket.create_server((ip, 0)) as nobody:
            nobody.accept()

    with Stage(floods, waits) as stage:
        stage.run()
        position = stage.position("client")
        assert (position.state, position.name, position.limit_s) == ("blocked", "sendall", 20)
        assert position.awaits == "the other side to read"
        stage.time_out("client")
        stage.play("client")
        assert isinstance(stage.result("client"), TimeoutError)


def test_a_large_answer_comes_whole_however_slowly_it_is_read():
    data = bytes(range(256)) * 20_000

    def sends_much(ip, port):
        with accepted(ip, port) as sock:
            sock.sendall(data)

    def reads_all(ip, port):
        with socket.create_connection((ip, port)) as sock:
            came = bytearray()
            while piece := sock.recv(1 << 20):
                came += piece
            return bytes(came)

    with Stage(reads_all, sends_much) as stage:
        quick(stage)
        assert stage.result("client") == data


def test_programs_of_asyncio_are_stepped():
    async def serve(ip, port):
        done = asyncio.Event()

        async def talk(reader, writer):
            writer.write((await reader.readexactly(2)).upper())
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            done.set()

        async with await asyncio.start_server(talk, ip, port):
            await done.wait()

    async def ask(ip, port):
        reader, writer = await asyncio.open_connection(ip, port)
        await asyncio.sleep(600)
        writer.write(b"hi")
        answer = await reader.readexactly(2)
        writer.close()
        await writer.wait_closed()
        return answer

    def server(ip, port):
        asyncio.run(serve(ip, port))

    def client(ip, port):
        return asyncio.run(ask(ip, port))

    with Stage(client, server) as stage:
        stage.play("server", until="select")
        quick(stage)
        assert stage.result("client") == b"HI"
        assert "select(600)" in calls(stage, "client")


def test_a_stage_that_is_closed_in_the_middle_of_a_wait_frees_all():
    def waits(ip, port):
        with accepted(ip, port) as sock:
            select.select([sock], [], [])

    def sleeps(ip, port):
        with socket.create_connection((ip, port)):
            time.sleep(10)

    with Stage(sleeps, waits) as stage:
        stage.play("client", until="sleep")
        stage.play("server")
    assert select.select.__module__ == "select"


def test_who_is_not_on_the_stage_sleeps_and_selects_as_ever():
    one, other = socket.socketpair()
    with one, other, Stage(sends, selects):
        began = time.monotonic()
        time.sleep(0.01)
        assert time.monotonic() - began >= 0.01
        assert select.select([one], [], [], 0) == ([], [], [])
        other.sendall(b"x")
        assert select.select([one], [], []) == ([one], [], [])
