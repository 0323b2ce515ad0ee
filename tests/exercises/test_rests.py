"""Threads of a function that wait for each other with a time limit: no time is spent, and none gives up too early."""

import queue
import threading
import time

import pytest
from helpers.judged import drive

from lenproto.lab.shocks.script import Expect, ExpectEnd, Send

SILENT = ExpectEnd(3.0)


def reads_aside(sock, queue):
    """Start a thread that reads four bytes at a time, until the end or an error."""

    def go():
        try:
            while data := sock.recv(4):
                queue.put(data)
        except OSError as error:
            queue.put(type(error))

    threading.Thread(target=go, daemon=True).start()


def takes(inbox, seconds):
    """What comes out of a queue in time; "nothing" where nothing does."""
    try:
        return inbox.get(timeout=seconds)
    except queue.Empty:
        return "nothing"


def waits_for_nobody(request, sock):
    return takes(queue.Queue(), 5)


def waits_for_a_reader(request, sock):
    inbox = queue.Queue()
    reads_aside(sock, inbox)
    return takes(inbox, 5)


def joins_a_reader(request, sock):
    reader = threading.Thread(target=sock.recv, args=(4,), daemon=True)
    reader.start()
    reader.join(5)
    return reader.is_alive()


def waits_for_an_event(request, sock):
    event = threading.Event()
    reader = threading.Thread(target=lambda: sock.recv(4) and event.set(), daemon=True)
    reader.start()
    return event.wait(5)


def is_cut_off_by_a_timer(request, sock):
    timer = threading.Timer(5, sock.shutdown, (2,))
    timer.start()
    try:
        return sock.recv(4)
    finally:
        timer.cancel()


def polls_until_it_is_late(request, sock):
    inbox, ends = queue.Queue(), time.monotonic() + 300
    while time.monotonic() < ends:
        if (got := takes(inbox, 0.1)) != "nothing":
            return got
    return "late"


@pytest.mark.parametrize(
    ("function", "script", "result"),
    [
        (waits_for_nobody, Send(b"NAME"), "nothing"),
        (waits_for_a_reader, Send(b"NAME"), b"NAME"),
        (waits_for_a_reader, SILENT, "nothing"),
        (joins_a_reader, Send(b"NAME"), False),
        (joins_a_reader, SILENT, True),
        (waits_for_an_event, Send(b"NAME"), True),
        (waits_for_an_event, Expect(4, "what never comes"), False),
        (is_cut_off_by_a_timer, Send(b"NAME"), b"NAME"),
        (is_cut_off_by_a_timer, SILENT, b""),
        (polls_until_it_is_late, SILENT, "late"),
    ],
)
def test_a_wait_with_a_limit_ends_as_it_would(function, script, result):
    assert drive(function, script).result == result


def test_who_waits_for_a_thread_does_not_give_up_while_bytes_are_on_their_way_to_it():
    def asks_three_times(request, sock):
        inbox, got = queue.Queue(), []
        reads_aside(sock, inbox)
        for _ in range(3):
            sock.sendall(b"ask?")
            got.append(takes(inbox, 5))
        return got

    answered = [Expect(4, "a question"), Send(b"NAME")]
    assert drive(asks_three_times, *answered * 3).result == [b"NAME"] * 3
    last_is_not = [*answered * 2, Expect(4, "a question"), Expect(4, "what never comes")]
    assert drive(asks_three_times, *last_is_not).result == [b"NAME", b"NAME", "nothing"]


def test_the_clock_tells_how_long_it_waited():
    def waits(request, sock):
        began = time.monotonic()
        takes(queue.Queue(), 5)
        return time.monotonic() - began

    assert drive(waits, SILENT).result == pytest.approx(5)


def test_who_polls_for_ever_is_told_so():
    def polls(request, sock):
        while takes(queue.Queue(), 0.1):
            pass

    seen = drive(polls, SILENT)
    assert (seen.ending, seen.driver.never_gives_up) == ("spins", "polls")


def test_of_two_waits_the_shorter_one_ends_first():
    def two(request, sock):
        order = []

        def waits(seconds):
            threading.Event().wait(seconds)
            order.append(seconds)

        threads = [threading.Thread(target=waits, args=(seconds,)) for seconds in (9, 3, 6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return order

    assert drive(two, SILENT).result == [3, 6, 9]
