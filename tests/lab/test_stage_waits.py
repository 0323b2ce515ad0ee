"""Programs on the stage that wait in other ways than at a socket: each wait is a call that can be stepped."""

import asyncio
import queue
import select
import selectors
import socket
import threading
import time
from time import sleep as nap

import pytest

from lenproto.lab import LabError, Stage, Trace
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


async def hears_nothing(ip, port):
    reader, writer = await asyncio.open_connection(ip, port)
    try:
        return await asyncio.wait_for(reader.read(1), timeout=0.001)
    finally:
        writer.close()


def test_a_time_limit_of_asyncio_stands_still_however_long_a_person_thinks():
    def speaks(ip, port):
        with accepted(ip, port) as sock:
            sock.sendall(b"x")
            sock.recv(1)

    with Stage(lambda ip, port: asyncio.run(hears_nothing(ip, port)), speaks) as stage:
        stage.play("server")
        while stage.position("client").limit_s is None:  # until it waits for its byte
            stage.step("client")
        position = stage.position("client")
        assert (position.state, position.call, position.function) == (
            "blocked",
            "select(0.001)",
            "hears_nothing",
        )
        quick(stage)
        assert stage.result("client") == b"x"


def test_a_time_limit_of_asyncio_runs_out_when_nobody_else_can_go_on():
    def silent(ip, port):
        with accepted(ip, port) as sock:
            sock.recv(1)

    with Stage(lambda ip, port: asyncio.run(hears_nothing(ip, port)), silent) as stage:
        stage.run()
        assert isinstance(stage.result("client"), TimeoutError)
        assert stage.position("server").state == "finished"


def test_what_a_loop_of_asyncio_does_with_its_own_pipe_is_no_call():
    async def sleeps():
        await asyncio.sleep(0.5)
        await asyncio.get_running_loop().run_in_executor(None, len, "")

    with Stage(lambda ip, port: asyncio.run(sleeps()), sends) as stage:
        assert str(stage.position("client")).startswith("about to sleep(0.5), line ")
        assert stage.position("client").function == "sleeps"
        stage.play("client")
        assert set(calls(stage, "client")) <= {"sleep(0.5)", "select()"}
        assert stage.position("client").state == "finished"


def test_a_select_that_does_not_wait_is_a_call_and_gives_the_other_side_its_turn():
    def looks_again_and_again(ip, port):
        with accepted(ip, port) as sock:
            while not select.select([sock], [], [], 0)[0]:
                pass
            return sock.recv(4)

    with Stage(sends, looks_again_and_again) as stage:
        stage.play("server", until="accept")
        stage.play("client", until="sendall")
        stage.play("server", until="select")
        quick(stage)
        assert stage.result("server") in (b"ab", b"abcd")
        assert "select(0) → nothing came" in str(stage.trace)


def test_who_sleeps_between_two_looks_lets_the_other_side_go_on():
    def naps(ip, port):
        with accepted(ip, port) as sock:
            sock.setblocking(False)
            while True:
                try:
                    return sock.recv(4)
                except BlockingIOError:
                    time.sleep(0.1)

    with Stage(sends, naps) as stage:
        quick(stage)
        assert stage.result("server") == b"abcd"


def test_a_deadline_that_a_program_looks_at_itself_is_met():
    def waits_until(ip, port):
        ends = time.monotonic() + 3600
        while time.monotonic() < ends:
            pass
        return "late"

    with Stage(waits_until, sends) as stage:
        assert stage.result("client") == "late"


def test_a_connect_that_gets_no_answer_waits_and_its_time_limit_can_run_out():
    def takes_nobody(ip, port):
        with socket.create_server((ip, port), backlog=0) as listener:
            listener.accept()[0].recv(1)

    def calls_often(ip, port):
        socks = []
        try:
            for _ in range(20):
                socks.append(socket.socket())
                socks[-1].settimeout(7)
                socks[-1].connect((ip, port))
        finally:
            for sock in socks:
                sock.close()

    with Stage(calls_often, takes_nobody) as stage:
        stage.play("server", until="accept")
        stage.play("client")
        position = stage.position("client")
        if position.name != "connect":
            pytest.skip("this system keeps as many as one likes in the queue")
        assert (position.state, position.limit_s) == ("blocked", 7)
        assert position.awaits == "an answer"
        stage.time_out("client")
        stage.play("client")
        assert isinstance(stage.result("client"), TimeoutError)


def test_send_waits_for_room_as_sendall_does():
    def floods(ip, port):
        with socket.create_connection((ip, port)) as sock:
            return sock.send(b"x" * 50_000_000)

    def reads_late(ip, port):
        with accepted(ip, port) as sock:
            came = 0
            while piece := sock.recv(1 << 24):
                came += len(piece)
            return came

    with Stage(floods, reads_late) as stage:
        stage.play("server", until="accept")
        stage.play("client")
        stage.play("server", until="recv")
        assert stage.position("client").state == "blocked"
        quick(stage)
        assert stage.result("client") == stage.result("server") == 50_000_000


def test_a_thread_that_waits_for_another_one_with_a_limit_is_in_a_call():
    def works(ip, port):
        with accepted(ip, port) as sock:
            lines = queue.Queue()
            reader = threading.Thread(target=lambda: lines.put(sock.recv(4)))
            reader.start()
            try:
                return lines.get(timeout=5)
            finally:
                reader.join()

    with Stage(sends, works) as stage:
        stage.play("server", until="accept")
        stage.play("client", until="sendall")
        stage.play("server")
        assert stage.position("server").state == "blocked"
        stage.step("client")
        quick(stage)
        assert stage.result("server") == b"ab"
        assert "wait(5)" in calls(stage, "server")


def test_a_limit_that_runs_out_is_not_that_of_another_thread():
    def two_wait(ip, port):
        with accepted(ip, port) as sock:
            without = threading.Thread(target=sock.recv, args=(4,))
            without.start()
            select.select([sock], [], [], 9)
            without.join()

    def says_nothing(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.recv(1)

    with Stage(says_nothing, two_wait) as stage:
        stage.run()
        with pytest.raises(LabError, match="No time limit"):
            stage.time_out("client")
        assert stage.position("server").call in ("recv(4)", "select(9)")
        stage.time_out("server")
        assert [call.text() for call in stage.trace if call.ended is None] == ["recv(1)", "recv(4)"]


def test_a_trace_with_sleeps_is_saved_and_read_again(tmp_path):
    def naps(ip, port):
        time.sleep(0.25)

    with Stage(naps, sends) as stage:
        stage.play("client")
    stage.trace.save(tmp_path / "naps.json")
    assert str(Trace.load(tmp_path / "naps.json")) == str(stage.trace)


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
