"""How a watched thread goes on: free, held before each call, or driven; the threads that it starts go on as it does."""

import threading
import time

from lenproto.lab import tap
from lenproto.lab.pace import Driven, Held, Pace
from lenproto.lab.program import Program


def test_a_thread_nobody_gave_a_pace_is_free():
    program = Program("a test", lambda: None)
    program.start()
    program.thread.join()
    assert type(program.actor.pace) is Pace
    assert not program.actor.time_stands_still and not program.actor.pace.driven


def test_another_thread_gets_the_same_pace_with_a_time_limit_of_its_own():
    held = Held(lambda call, sock: None)
    held.expired, held.waits_in = True, "sleep"
    other = held.another()
    assert (type(other), other.before) == (Held, held.before)
    assert (other.expired, other.waits_in) == (False, None)


def test_threads_that_a_driven_program_starts_are_driven_and_their_sleep_is_its_own_affair():
    slept = []

    def sleep(seconds):
        slept.append((threading.current_thread().name, seconds))
        return 0

    def main():
        helper = threading.Thread(target=time.sleep, args=(20,), name="helper")
        helper.start()
        helper.join()
        time.sleep(10)

    program = Program("a test", main)
    program.start(Driven(lambda call, sock: None, lambda actor: False, sleep))
    program.thread.join()
    assert slept == [("helper", 20), ("a test", 10)]
    first, second = (actor.pace for actor in program.actors)
    assert first is not second and second.drive is first.drive
    assert program.error is None and tap.current() is None
