"""Taps: which calls of which threads are recorded, from which line, and that nothing stays on the class."""

import array
import collections
import contextlib
import errno
import gc
import linecache
import operator
import select
import selectors
import socket
import struct
import sys
import threading
import time

import pytest
from helpers.peers.bare import TIME_LIMIT_S, read, reset
from helpers.programs import run
from helpers.watching import beside, busy, call, is_untouched, joined, lines, names, talk

from lenproto.lab import tap
from lenproto.lab.tap import METHODS, Tap
from lenproto.wire import recv_exactly


@pytest.fixture(autouse=True)
def nothing_stays_on():
    yield
    assert is_untouched()
    assert not tap._actors


def me(name="client"):
    """Return the names of a Tap that records this thread alone."""
    return {threading.current_thread(): name}


def calls(trace):
    """Return each call as (name, argument, result), errors by their kind."""
    return [
        (
            call.name,
            call.argument,
            type(call.result) if isinstance(call.result, BaseException) else call.result,
        )
        for call in trace
    ]


def line_of(call):
    """Return the text of the line that made a call."""
    return linecache.getline(call.where.file, call.where.line).strip()


def until_blocked(thread):
    """Wait until a watched thread is in a call that cannot go on."""
    actor, deadline = tap._actors[thread], time.monotonic() + TIME_LIMIT_S
    while not actor.blocked:
        assert time.monotonic() < deadline, "it is not blocked"
    with actor.lock:  # its call is in every trace by now
        pass


@contextlib.contextmanager
def watched_all_along(thread):
    """Watch a thread in this block, as the lab watches a server from its first call on."""
    tap.watch(thread)
    try:
        yield
    finally:
        tap.unwatch(thread)


# What is recorded


def test_each_call_is_recorded_with_what_went_in_and_what_came_out(connected_pair):
    client_socket, server_socket = connected_pair
    with Tap(me()) as trace:
        client_socket.sendall(b"Hi")
        client_socket.send(b"TIME")
        assert server_socket.recv(6) == b"HiTIME"
        client_socket.shutdown(socket.SHUT_WR)
        assert server_socket.recv(4) == b""
    assert calls(trace) == [
        ("sendall", b"Hi", None),
        ("send", b"TIME", 4),
        ("recv", 6, b"HiTIME"),
        ("shutdown", socket.SHUT_WR, None),
        ("recv", 4, b""),
    ]


def test_a_connection_is_recorded_from_bind_to_close():
    with Tap(me()) as trace, socket.socket() as listener, socket.socket() as client_socket:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        client_socket.connect(listener.getsockname())
        server_socket, address = listener.accept()
        server_socket.close()
    assert names(trace, "client") == [
        "bind",
        "listen",
        "connect",
        "accept",
        "close",
        "close",
        "close",
    ]
    accepted = trace[3]
    assert (accepted.result, accepted.connection, trace[2].connection) == (address, 1, 1)
    assert trace.whole == {1}


def test_a_thread_that_nobody_watches_is_not_recorded(connected_pair):
    client_socket, server_socket = connected_pair
    with Tap(me()) as trace:
        with joined(beside(server_socket.sendall, b"Hi")):
            pass
        client_socket.recv(2)
    assert names(trace, "client") == ["recv"]
    assert len(trace) == 1


def test_a_thread_may_start_while_it_is_recorded(connected_pair):
    client_socket, server_socket = connected_pair
    with (
        joined(threading.Thread(target=lambda: server_socket.sendall(b"Hi"))) as later,
        Tap({later: "server"}) as trace,
    ):
        later.start()
        read(client_socket, 2)
    assert calls(trace) == [("sendall", b"Hi", None)]


def test_a_thread_that_ended_is_not_taken_for_a_new_one_of_the_same_number(connected_pair):
    """The system gives the number of a thread that has ended to the next one."""
    client_socket, _ = connected_pair
    with joined(beside(int)) as ended:
        pass
    with Tap({ended: "server"}) as trace:
        for _ in range(5):
            with joined(beside(client_socket.sendall, b"Hi")):
                pass
    assert trace == []


def test_a_socket_made_before_the_tap_is_recorded_and_its_fields_are_unknown(connected_pair):
    client_socket, _ = connected_pair
    with Tap(me()) as trace:
        client_socket.sendall(b"Hi")
    assert [(field.name, field.data) for field in trace.fields()] == [("unknown", b"Hi")]


def test_a_name_imported_with_a_star_is_recorded():
    program = compile(
        "from socket import *\n"
        "with socket(AF_INET, SOCK_STREAM) as s:\n"
        "    s.bind(('127.0.0.1', 0))\n"
        "    s.listen()\n",
        "learner.py",
        "exec",
    )
    with Tap(me()) as trace:
        exec(program, {})
    assert [(call.name, call.where) for call in trace] == [
        ("bind", ("<module>", 3, "learner.py")),
        ("listen", ("<module>", 4, "learner.py")),
        ("close", ("<module>", 2, "learner.py")),
    ]


def test_a_method_fetched_before_the_tap_belongs_to_the_class_that_time(connected_pair):
    """A bound method is the original one: it works, and is not seen. One fetched meanwhile works on after the tap."""
    client_socket, server_socket = connected_pair
    before = client_socket.sendall
    with Tap(me()) as trace:
        before(b"H")
        meanwhile = client_socket.sendall
        meanwhile(b"i")
    meanwhile(b"!")
    assert read(server_socket, 3) == b"Hi!"
    assert calls(trace) == [("sendall", b"i", None)]


def test_a_socket_of_a_derived_class_is_recorded(connected_pair):
    class Loud(socket.socket):
        def sendall(self, data):
            return super().sendall(data.upper())

    client_socket, server_socket = connected_pair
    with Loud(fileno=client_socket.detach()) as loud, Tap(me()) as trace:
        loud.sendall(b"hi")
        assert read(server_socket, 2) == b"HI"
    assert ("sendall", b"HI", None) in calls(trace)


# Other ways to send, receive, connect


def test_recv_into_is_recorded_with_the_bytes_that_came(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"TIMETIMETIMETIMETIME")
    buffer = bytearray(10)
    with Tap(me()) as trace:
        assert client_socket.recv_into(buffer, 4) == 4
        assert client_socket.recv_into(memoryview(buffer)[4:8]) == 4
        assert client_socket.recv_into(array.array("I", [0])) == 4
        assert client_socket.recv_into(buffer=buffer, nbytes=4) == 4
        client_socket.shutdown(socket.SHUT_RD)
    assert calls(trace)[:-1] == [("recv_into", 4, b"TIME")] * 4


def test_recvfrom_is_recorded_with_the_bytes_that_came(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"TIME")
    with Tap(me()) as trace:
        client_socket.recvfrom(4)
    assert calls(trace) == [("recvfrom", 4, b"TIME")]


def test_recvfrom_into_is_recorded_with_the_bytes_that_came(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"TIMENAME")
    with Tap(me()) as trace:
        assert client_socket.recvfrom_into(bytearray(4))[0] == 4
        assert client_socket.recvfrom_into(bytearray(9), 4)[0] == 4
    assert calls(trace) == [("recvfrom_into", 4, b"TIME"), ("recvfrom_into", 4, b"NAME")]


@pytest.mark.skipif(not hasattr(socket.socket, "sendmsg"), reason="this system knows no sendmsg()")
@pytest.mark.parametrize("several", [list, tuple, collections.deque, iter])
def test_bytes_out_of_and_into_several_buffers_are_recorded_as_one_run(connected_pair, several):
    client_socket, server_socket = connected_pair
    buffers = [bytearray(3), bytearray(3)]
    with Tap(me()) as trace:
        assert server_socket.sendmsg(several([b"TI", bytearray(b"ME"), memoryview(b"NAME")])) == 8
        assert client_socket.recvmsg_into(several(buffers))[0] == 6
        assert client_socket.recvmsg(4)[0] == b"ME"
    assert buffers == [b"TIM", b"ENA"]
    assert calls(trace) == [
        ("sendmsg", b"TIMENAME", 8),
        ("recvmsg_into", 6, b"TIMENA"),
        ("recvmsg", 4, b"ME"),
    ]
    assert [call.outcome() for call in trace] == ["8 bytes", "6 bytes", "2 bytes"]


@pytest.mark.skipif(not hasattr(socket.socket, "sendmsg"), reason="this system knows no sendmsg()")
def test_looking_ahead_into_several_buffers_moves_no_bytes(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"TIME")
    with Tap(me()) as trace:
        client_socket.recvmsg(4, 0, socket.MSG_PEEK)
        client_socket.recvmsg_into([bytearray(4)], 0, socket.MSG_PEEK)
        client_socket.recvfrom_into(bytearray(4), 4, socket.MSG_PEEK)
    assert [call.result for call in trace] == [4, 4, 4] and not trace.fields()


def test_looking_ahead_moves_no_bytes(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"TIME")
    with Tap(me()) as trace:
        assert client_socket.recv(4, socket.MSG_PEEK) == b"TIME"
        assert client_socket.recvfrom(4, socket.MSG_PEEK)[0] == b"TIME"
        assert client_socket.recv_into(bytearray(4), 4, socket.MSG_PEEK) == 4
        assert client_socket.recv(4) == b"TIME"
    assert [field.data for field in trace.fields()] == [b"TIME"]
    assert [call.outcome() for call in trace] == ["4 bytes"] * 4


def test_a_file_made_of_a_socket_is_recorded(connected_pair):
    client_socket, server_socket = connected_pair
    with Tap(me()) as trace, client_socket.makefile("rwb", buffering=0) as file:
        file.write(b"TIME")
        server_socket.sendall(b"noon\n")
        assert file.readline() == b"noon\n"
    received = b"".join(call.data for call in trace if call.name == "recv_into")
    assert (trace[0].name, trace[0].data, received) == ("send", b"TIME", b"noon\n")
    assert {line_of(call) for call in trace} == {
        'file.write(b"TIME")',
        'server_socket.sendall(b"noon\\n")',
        'assert file.readline() == b"noon\\n"',
    }


def test_the_short_ways_to_make_sockets_are_recorded_at_the_learners_line():
    with (
        Tap(me()) as trace,
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=TIME_LIMIT_S),
    ):
        pass
    made = {call.name: line_of(call) for call in trace[:3]}
    assert made == {
        "bind": 'socket.create_server(("127.0.0.1", 0)) as listener,',
        "listen": 'socket.create_server(("127.0.0.1", 0)) as listener,',
        "connect": "socket.create_connection(listener.getsockname(), timeout=TIME_LIMIT_S),",
    }


def test_connect_ex_is_recorded_with_its_number(refused_address):
    with Tap(me()) as trace, socket.socket() as client_socket:
        number = client_socket.connect_ex(refused_address)
    assert calls(trace)[0] == ("connect_ex", refused_address, number)
    assert number


def test_datagrams_are_recorded_though_they_have_no_connection():
    with (
        socket.socket(type=socket.SOCK_DGRAM) as one,
        socket.socket(type=socket.SOCK_DGRAM) as other,
    ):
        one.settimeout(TIME_LIMIT_S)
        one.bind(("127.0.0.1", 0))
        with Tap(me()) as trace:
            other.sendto(b"Hi", one.getsockname())
            one.recvfrom(2)
    assert calls(trace) == [("sendto", b"Hi", 2), ("recvfrom", 2, b"Hi")]
    assert 'sendto(b"Hi")' in str(trace)


def test_sockets_that_have_no_address_are_recorded_too():
    one, other = socket.socketpair()
    with (
        one,
        other,
        joined(threading.Thread(target=lambda: read(other, 2))) as thread,
        Tap(me() | {thread: "server"}) as trace,
    ):
        thread.start()
        until_blocked(thread)
        one.sendall(b"Hi")
        thread.join(TIME_LIMIT_S)
    assert [(call.name, call.data) for call in trace.in_order()] == [
        ("sendall", b"Hi"),
        ("recv", b"Hi"),
    ]


# What goes wrong


@pytest.mark.parametrize("argument", ["Hi", 5, None, ["H"], 10**15])
def test_what_is_no_bytes_fails_as_it_does_without_a_tap(connected_pair, argument):
    client_socket, _ = connected_pair
    with pytest.raises(TypeError) as without:
        client_socket.sendall(argument)
    with Tap(me()) as trace, pytest.raises(TypeError) as recorded:
        client_socket.sendall(argument)
    assert str(recorded.value) == str(without.value)
    assert calls(trace) == [("sendall", argument, TypeError)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("recv", ()), ("recv", ("4",)), ("recv", (-1,)), ("recv_into", ()), ("recv_into", (b"fixed",)), ("send", ()),
        ("connect", ()), ("connect", ("127.0.0.1", 80)), ("connect", (("127.0.0.1",),)), ("listen", ("x",)),
        ("accept", (1,)), ("close", (1,)), ("shutdown", ()), ("sendto", (b"",)), ("recvfrom", ()),
    ],
)  # fmt: skip
def test_a_wrong_call_raises_the_same_error_as_without_a_tap(connected_pair, name, arguments):
    client_socket, _ = connected_pair
    error = ValueError if arguments == (-1,) else TypeError
    with pytest.raises(error) as without:
        getattr(client_socket, name)(*arguments)
    with Tap(me()) as trace, pytest.raises(without.type) as recorded:
        getattr(client_socket, name)(*arguments)
    assert str(recorded.value) == str(without.value)
    assert calls(trace)[0][0::2] == (name, without.type)
    assert len(lines(trace)) == 1


def test_a_refused_connection_is_recorded(refused_address):
    with (
        Tap(me()) as trace,
        socket.socket() as client_socket,
        pytest.raises(ConnectionRefusedError),
    ):
        client_socket.connect(refused_address)
    assert calls(trace)[0] == ("connect", refused_address, ConnectionRefusedError)


def test_a_time_limit_is_recorded(connected_pair):
    client_socket, _ = connected_pair
    client_socket.settimeout(0.01)
    with Tap(me()) as trace, pytest.raises(TimeoutError):
        client_socket.recv(48)
    assert calls(trace) == [("recv", 48, TimeoutError)]


def test_a_reset_is_recorded(connected_pair):
    client_socket, server_socket = connected_pair
    reset(server_socket)
    with Tap(me()) as trace, pytest.raises(ConnectionResetError):
        client_socket.recv(48)
    assert calls(trace) == [("recv", 48, ConnectionResetError)]


def test_a_call_on_a_closed_socket_is_recorded_but_not_closing_it_again(connected_pair):
    client_socket, _ = connected_pair
    with Tap(me()) as trace, client_socket:
        client_socket.close()
        with pytest.raises(OSError, match=f"Errno {errno.EBADF}|WinError 10038"):
            client_socket.recv(4)
        client_socket.close()
    assert calls(trace) == [("close", None, None), ("recv", 4, OSError)]


def test_a_send_of_which_only_a_part_fits_has_that_part_as_its_bytes(connected_pair):
    client_socket, _ = connected_pair
    client_socket.setblocking(False)
    much = bytes(50_000_000)
    with Tap(me()) as trace:
        sent = client_socket.send(much)
    assert 0 < sent < len(much)
    assert trace[0].data == much[:sent]
    assert trace[0].outcome() == f"{sent} bytes"


FORGETS = """
import gc, socket, threading, weakref
from lenproto.lab.tap import Tap

class Forgotten(socket.socket):
    def __del__(self):
        self.close()

def forgets():
    sock = Forgotten()
    forgotten.append(weakref.ref(sock))
    sock.bind("no address")

forgotten = []
gc.disable()
with Tap({threading.current_thread(): "client"}) as trace:
    try:
        forgets()
    except TypeError as error:
        print(type(error).__name__)
    print(forgotten[0]())
print([call.name for call in trace])
"""


def test_a_recorded_error_does_not_keep_the_learners_sockets_alive():
    """A socket that a function forgets to close is closed when the function ends: the other side sees that.

    In a Python of its own, where nobody else may hold what was raised, as a test's tools do.
    """
    done = run([sys.executable, "-c", FORGETS])
    assert done.stdout.splitlines() == ["TypeError", "None", "['bind', 'close']"], done.stderr


def test_a_listener_hears_of_each_beginning_and_each_end(connected_pair):
    client_socket, _ = connected_pair
    heard = []
    with Tap(me()) as trace:
        trace.listeners.append(lambda: heard.append(trace[-1].ended is not None))
        client_socket.sendall(b"Hi")
    assert heard == [False, True]


def test_a_loop_that_reads_the_end_of_the_stream_for_ever_is_a_few_lines(connected_pair):
    """The mistake everybody makes once. Not one call more must be kept, however long it goes on."""
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"noon")
    server_socket.close()
    with Tap(me()) as trace:
        for _ in range(1000):
            client_socket.recv(4)
        client_socket.close()
    assert lines(trace) == [
        'recv(4) → b"noon"',
        *['recv(4) → b"", the end of the stream'] * 3,
        "  … again and again",
        "close()",
    ]


def test_a_loop_over_a_socket_that_never_waits_is_a_few_lines_until_something_comes(connected_pair):
    client_socket, server_socket = connected_pair
    client_socket.setblocking(False)
    with Tap(me()) as trace:
        for sent in (b"", b"noon"):
            if sent:
                server_socket.sendall(sent)
                select.select([client_socket], [], [], TIME_LIMIT_S)
            for _ in range(100):
                with contextlib.suppress(BlockingIOError):
                    client_socket.recv(4)
    waits = [*["recv(4) → BlockingIOError"] * 3, "  … again and again"]
    received = [line for line in lines(trace) if "recv" in line or "again" in line]
    assert received == [*waits, 'recv(4) → b"noon"', *waits]


def test_three_of_a_kind_are_no_loop_and_neither_are_calls_of_different_lines(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.close()
    with Tap(me()) as trace:
        for _ in range(3):
            client_socket.recv(4)
        client_socket.recv(4)
    assert lines(trace) == ['recv(4) → b"", the end of the stream'] * 4


def test_a_socket_that_the_garbage_collector_closes_within_a_call_does_not_hang_it(connected_pair):
    class Forgotten(socket.socket):
        def __del__(self):
            self.close()

    def forgets():
        for _ in range(30):
            sock = Forgotten()
            sock.itself = sock
            del sock
            client_socket.send(b"x")

    client_socket, _ = connected_pair
    before = gc.get_threshold()
    thread = threading.Thread(target=forgets, daemon=True)
    gc.set_threshold(1)
    try:
        with Tap({thread: "client"}) as trace:
            thread.start()
            thread.join(TIME_LIMIT_S)
            assert not thread.is_alive(), "it hangs"
    finally:
        gc.set_threshold(*before)
        gc.collect()
    assert names(trace, "client").count("send") == 30


# Where


def test_where_is_the_function_and_the_line_of_the_call(connected_pair):
    client_socket, _ = connected_pair

    def says_hi():
        client_socket.sendall(b"Hi")  # this line

    with Tap(me()) as trace:
        says_hi()
    assert (trace[0].where.function, trace[0].where.file) == ("says_hi", __file__)
    assert line_of(trace[0]) == 'client_socket.sendall(b"Hi")  # this line'


def test_where_is_not_inside_recv_exactly(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"TIME")
    with Tap(me()) as trace:
        recv_exactly(client_socket, 4)  # this line
    assert trace[0].where.function == "test_where_is_not_inside_recv_exactly"
    assert line_of(trace[0]) == "recv_exactly(client_socket, 4)  # this line"


def test_where_is_not_inside_the_standard_library(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(struct.pack("4s", b"TIME"))
    with Tap(me()) as trace, contextlib.ExitStack() as stack:
        stack.callback(client_socket.close)
        list(map(client_socket.recv, [4]))  # this line
    assert line_of(trace[0]) == "list(map(client_socket.recv, [4]))  # this line"
    assert trace[1].name == "close"
    assert trace[1].where.file == __file__


def test_a_thread_that_runs_a_method_itself_has_a_place_all_the_same(connected_pair):
    client_socket, _ = connected_pair
    trace = talk(lambda: None, lambda: client_socket.sendall(b"Hi"))
    assert trace[0].where.function == "<lambda>"
    sends = operator.methodcaller("sendall", b"Hi")
    with (
        joined(threading.Thread(target=sends, args=(client_socket,))) as thread,
        Tap({thread: "client"}) as trace,
    ):
        thread.start()
    assert trace[0].where.function == "run"


@pytest.mark.parametrize(
    ("file", "helps"),
    [
        (socket.__file__, True), (contextlib.__file__, True), (tap.__file__, True), (pytest.__file__, False),
        (__file__, False), ("learner.py", False), ("<ipython-input-1>", False), ("/tmp/ipykernel_1/2.py", False),
    ],
)  # fmt: skip
def test_what_counts_as_the_learners_own_code(file, helps):
    assert tap.is_helper(file) is helps


# A call still blocked


def test_a_call_that_still_blocks_has_no_end(connected_pair):
    client_socket, server_socket = connected_pair
    with joined(threading.Thread(target=lambda: client_socket.recv(48))) as thread:
        with Tap({thread: "client"}) as trace:
            thread.start()
            until_blocked(thread)
        assert (trace[0].ended, trace[0].outcome()) == (None, "still waiting")
        server_socket.sendall(b"Hi")
    assert trace[0].ended is None, "what comes after the tap is not in the trace"


def test_a_call_that_blocks_already_is_recorded_with_what_it_gets(connected_pair):
    client_socket, server_socket = connected_pair
    with (
        joined(threading.Thread(target=lambda: client_socket.recv(48))) as thread,
        watched_all_along(thread),
    ):
        thread.start()
        until_blocked(thread)
        with Tap({thread: "client"}) as trace:
            server_socket.sendall(b"Hi")
            thread.join(TIME_LIMIT_S)
    assert calls(trace) == [("recv", 48, b"Hi")]
    assert trace[0].started < 0 < trace[0].ended


def test_a_thread_with_nothing_to_read_is_blocked_and_one_with_bytes_is_not(connected_pair):
    client_socket, server_socket = connected_pair
    with watched_all_along(threading.current_thread()):
        actor = tap._actors[threading.current_thread()]
        assert not actor.blocked, "it is in no call"
        actor.begin("recv", client_socket, 4)
        assert actor.blocked
        server_socket.sendall(b"TIME")
        with selectors.DefaultSelector() as selector:
            selector.register(client_socket, selectors.EVENT_READ)
            assert selector.select(TIME_LIMIT_S)
        assert not actor.blocked
        actor.end(b"TIME")


def test_a_thread_whose_bytes_nobody_takes_is_blocked(connected_pair):
    client_socket, server_socket = connected_pair

    def sends_much():
        with contextlib.suppress(ConnectionError):
            client_socket.sendall(bytes(50_000_000))

    with joined(threading.Thread(target=sends_much)) as thread, watched_all_along(thread):
        thread.start()
        until_blocked(thread)
        doing = tap._actors[thread].doing.text()
        server_socket.close()
        thread.join(TIME_LIMIT_S)
    assert doing == "sendall(50000000 bytes)"


def test_a_tap_ends_when_the_other_side_has_come_as_far_as_it_can(connected_pair):
    """The client leaves at once; what the server does with its bytes is in the trace all the same, each time."""
    client_socket, server_socket = connected_pair

    def server():
        for _ in range(3):
            read(server_socket, 2)
            sum(range(1000))
            server_socket.sendall(b"ok")
        server_socket.recv(2)

    with joined(threading.Thread(target=server)) as thread:
        with Tap(me() | {thread: "server"}) as trace:
            thread.start()
            client_socket.sendall(b"HiHiHi")
        assert names(trace, "server") == ["recv", "sendall"] * 3 + ["recv"]
        assert read(client_socket, 6) == b"okokok"
        client_socket.close()


def test_a_thread_is_not_quiet_while_what_it_waits_for_is_on_its_way(connected_pair):
    """The system may take its time, even from one socket of a computer to another: the trace knows better."""
    client_socket, server_socket = connected_pair
    with (
        joined(threading.Thread(target=lambda: server_socket.recv(2))) as thread,
        Tap({thread: "server"}) as trace,
    ):
        thread.start()
        until_blocked(thread)
        trace.append(call("client", "sendall", b"Hi", connection=trace[0].connection))
        began = time.monotonic()
        tap.settle([tap._actors[thread]], 0.05)
        assert time.monotonic() - began > 0.04
        client_socket.sendall(b"Hi")


def test_a_tap_does_not_wait_for_ever_for_a_thread_that_sleeps(monkeypatch):
    monkeypatch.setattr(tap.settle, "__defaults__", (0.02,))
    done = threading.Event()
    with joined(beside(done.wait, TIME_LIMIT_S)) as asleep:
        with Tap({asleep: "server"}) as trace:
            pass
        done.set()
    assert trace == []


# Several taps


def test_nested_taps_each_record_all_that_happens_while_they_are_on(connected_pair):
    client_socket, server_socket = connected_pair
    with Tap(me()) as outer:
        client_socket.send(b"1")
        with Tap(me("inner client")) as inner:
            client_socket.send(b"2")
        client_socket.send(b"3")
    assert [call.data for call in outer] == [b"1", b"2", b"3"]
    assert [(call.actor, call.data) for call in inner] == [("inner client", b"2")]
    assert read(server_socket, 3) == b"123"


def test_taps_that_overlap_do_not_disturb_each_other(connected_pair):
    client_socket, _ = connected_pair
    one, other = Tap(me()), Tap(me())
    first = one.__enter__()
    client_socket.send(b"1")
    second = other.__enter__()
    client_socket.send(b"2")
    one.__exit__()
    client_socket.send(b"3")
    assert not is_untouched()
    other.__exit__()
    client_socket.send(b"4")
    assert [call.data for call in first] == [b"1", b"2"]
    assert [call.data for call in second] == [b"2", b"3"]


def test_a_tap_ends_well_after_an_error_in_its_block(connected_pair):
    client_socket, _ = connected_pair
    recorder = Tap(me())

    def block():
        with recorder:
            client_socket.send(b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()
    assert is_untouched()
    assert len(recorder.trace) == 1


def test_a_tap_ends_well_when_ctrl_c_comes_while_it_waits(monkeypatch):
    def interrupted(actors):
        raise KeyboardInterrupt

    monkeypatch.setattr(tap, "settle", interrupted)
    with pytest.raises(KeyboardInterrupt), Tap(me()):
        pass
    assert is_untouched()


def test_the_methods_of_sockets_are_the_very_ones_of_before_after_the_last_tap():
    before = {name: getattr(socket.socket, name) for name in METHODS}
    with Tap(me()):
        assert all(getattr(socket.socket, name) is not before[name] for name in METHODS)
        with Tap(me()):
            pass
        assert all(getattr(socket.socket, name) is not before[name] for name in METHODS)
    assert all(getattr(socket.socket, name) is before[name] for name in METHODS)
    assert is_untouched()


def test_a_method_keeps_its_name_and_its_help_while_it_is_watched():
    help_text = socket.socket.recv.__doc__
    with Tap(me()):
        assert (socket.socket.recv.__name__, socket.socket.recv.__doc__) == ("recv", help_text)


# Several connections


def test_both_ends_of_a_connection_have_the_same_number():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def server():
            for _ in range(3):
                sock, _ = listener.accept()
                with sock:
                    read(sock, 2)

        def client():
            for _ in range(3):
                with socket.create_connection(listener.getsockname(), timeout=TIME_LIMIT_S) as sock:
                    sock.sendall(b"Hi")
                    sock.recv(1)

        trace = talk(client, server)
    ends = [(call.connection, call.data) for call in trace.in_order() if call.data]
    assert sorted(ends) == sorted(
        [(1, b"Hi"), (1, b"Hi"), (2, b"Hi"), (2, b"Hi"), (3, b"Hi"), (3, b"Hi")]
    )
    assert trace.whole == {1, 2, 3}
    assert [field.name for field in trace.fields()] == ["handshake"] * 3


def test_clients_in_threads_are_told_apart_on_a_busy_computer():
    """Each byte says who sent it: a mix-up of connections, actors or calls would show in the streams."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def client(number):
            with socket.create_connection(listener.getsockname(), timeout=TIME_LIMIT_S) as sock:
                for _ in range(10):
                    sock.sendall(bytes([number]) * 4)
                    assert read(sock, 4) == bytes([number]) * 4

        def server():
            for _ in range(6):
                sock, _ = listener.accept()
                with sock:
                    for _ in range(10):
                        sock.sendall(read(sock, 4))

        clients = [threading.Thread(target=client, args=(number,)) for number in range(6)]
        with busy(), contextlib.ExitStack() as stack:
            stack.enter_context(joined(beside(server)))
            with Tap(
                {thread: f"client {number}" for number, thread in enumerate(clients)}
            ) as trace:
                for thread in clients:
                    thread.start()
                for thread in clients:
                    thread.join(TIME_LIMIT_S)
    for number in range(6):
        own = [call for call in trace if call.actor == f"client {number}"]
        assert len({call.connection for call in own}) == 1
        assert b"".join(call.data for call in own) == bytes([number]) * 80
    assert len({call.connection for call in trace}) == 6
