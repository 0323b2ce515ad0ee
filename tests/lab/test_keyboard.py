"""Who stands in for the person at the keyboard: by thread, for input() and for sys.stdin."""

import builtins
import io
import sys
import threading

import pytest

from lenproto.lab import keyboard


@pytest.fixture
def real(monkeypatch):
    """A real keyboard at which somebody has typed two lines."""
    lines = io.StringIO("real 1\nreal 2\n")
    monkeypatch.setattr(sys, "stdin", lines)
    return lines


def in_a_thread(function, *lines):
    """What a function gives in a thread that was given these lines."""
    got = []
    thread = threading.Thread(target=lambda: got.append(function()))
    keyboard.give(thread, keyboard.typed(*lines))
    thread.start()
    thread.join()
    keyboard.take(thread)
    return got[0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: [input("> "), input("> ")],
        lambda: [sys.stdin.readline().rstrip("\n"), sys.stdin.readline().rstrip("\n")],
        lambda: [line.rstrip("\n") for line in sys.stdin],
        lambda: [line.rstrip("\n") for line in sys.stdin.readlines()],
        lambda: sys.stdin.read().splitlines(),
    ],
)
def test_a_thread_reads_its_own_lines_in_any_way(real, ask, capsys):
    assert in_a_thread(ask, "NAME", "EXIT") == ["NAME", "EXIT"]
    assert real.read() == "real 1\nreal 2\n"


def test_at_the_end_of_the_lines_input_raises_and_stdin_is_empty(real):
    def ask():
        with pytest.raises(EOFError):
            input()
        return sys.stdin.readline()

    assert in_a_thread(ask) == ""


def test_a_thread_to_which_nothing_was_given_reads_the_real_keyboard(real):
    def ask():
        got = []
        other = threading.Thread(
            target=lambda: got.extend([sys.stdin.readline(), sys.stdin.read()])
        )
        other.start()
        other.join()
        return got, sys.stdin.isatty()

    assert in_a_thread(ask, "NAME") == (["real 1\n", "real 2\n"], False)


def test_after_the_last_one_input_and_stdin_are_the_real_ones(real):
    before = builtins.input
    inside = in_a_thread(lambda: (builtins.input, sys.stdin))
    assert inside[0] is not before and inside[1] is not real
    assert builtins.input is before and sys.stdin is real
