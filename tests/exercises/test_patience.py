"""When waiting for code ends: by what it computes and whether it stands still, whatever the clock says."""

import math

import pytest

from lenproto.exercises.judging import patience, process
from lenproto.exercises.judging.patience import TURN_S, Patience


@pytest.fixture
def computed(monkeypatch):
    """computed(seconds) lets this process have computed so much more."""
    clock = [0.0]
    monkeypatch.setattr(patience.time, "process_time", lambda: clock[0])
    return lambda seconds: clock.__setitem__(0, clock[0] + seconds)


def test_what_computes_has_its_seconds_and_no_more(computed):
    waits = Patience(computes_s=1.0, still=3)
    for _ in range(9):
        computed(0.1)
        assert not waits.is_over()
    computed(0.2)
    assert waits.is_over()


def test_what_stands_still_is_over_after_so_many_looks_in_a_row(computed):
    waits = Patience(computes_s=1.0, still=3)
    assert [waits.is_over(), waits.is_over()] == [False, False]
    computed(2 * TURN_S)  # it has had a turn
    assert [waits.is_over() for _ in range(4)] == [False, False, False, True]


@pytest.fixture
def watched(monkeypatch):
    """What the system tells of a process, to be changed; and a Watch over it that allows 2 s."""
    told = {"computed_s": 5.0, "turns": ["a"], "memory": 0}
    for name in told:
        monkeypatch.setattr(process.processes, name, lambda pid, name=name: told[name])
    return told, process.Watch(1, 2.0)


def test_a_process_may_compute_for_so_long_after_the_question(watched):
    told, watch = watched
    told.update(computed_s=6.9, turns=["b"])
    assert watch.look() is None
    told.update(computed_s=7.1, turns=["c"])
    assert watch.look()[0] == "never-ends"


def test_a_process_without_a_turn_waits_and_one_of_which_nobody_tells_does_not(watched):
    told, watch = watched
    looks = [watch.look() for _ in range(process.STILL)]
    assert looks[:-1] == [None] * (process.STILL - 1) and looks[-1][0] == "never-ends"
    told["turns"] = None
    assert process.Watch(1, 2.0).look() is None


def test_while_the_process_starts_no_turn_is_needed(watched):
    watch = process.Watch(1, math.inf)
    assert [watch.look() for _ in range(2 * process.STILL)] == [None] * (2 * process.STILL)
