"""Where a function stands that does not come back."""

import threading

import pytest

from lenproto.exercises.judging.stuck import stuck_in

going = threading.Event()


def inner_loop():
    while not going.is_set():
        numbers = [1, 2, 3]
        while not going.is_set() and len(numbers) > 1:
            numbers.reverse()
            numbers.sort()


def endless_for():
    for _ in iter(going.is_set, True):
        pass


def waits():
    going.wait()


def helps():
    while not going.is_set():
        another()


def another():
    sum(range(100))


@pytest.mark.parametrize(
    "function, place",
    [
        (inner_loop, "it goes round and round in the loop of lines {2} to {4} of inner_loop"),
        (endless_for, "it goes round and round in the loop of lines {0} to {1} of endless_for"),
        (waits, "it stands in line {0} of waits"),
        (helps, "it goes round and round in the loop of lines {0} to {1} of helps"),
    ],
)
def test_the_loop_or_the_line_is_told(function, place):
    going.clear()
    thread = threading.Thread(target=function)
    thread.start()
    try:
        first = function.__code__.co_firstlineno + 1
        assert str(stuck_in(thread)) == place.format(*range(first, first + 6))
    finally:
        going.set()
        thread.join()


def test_of_a_thread_that_has_ended_nothing_is_told():
    thread = threading.Thread(target=str)
    thread.start()
    thread.join()
    assert stuck_in(thread) is None
