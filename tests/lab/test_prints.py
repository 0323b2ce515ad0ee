"""What a thread prints is caught where it is told to be, and nowhere else."""

import contextlib
import io
import logging
import sys
import threading

import pytest
from helpers.peers.bare import TIME_LIMIT_S
from helpers.watching import beside, busy, is_untouched, joined

from lenproto.lab import prints


@pytest.fixture(autouse=True)
def nobody_stays_caught():
    yield
    assert not prints._texts


def in_a_thread(function):
    """Run function() to its end in a thread whose prints are caught; return what it printed."""
    caught = []

    def run():
        caught.append(prints.catch())
        try:
            function()
        finally:
            prints.release()

    with joined(beside(run)):
        pass
    return caught[0].getvalue()


def test_bytes_may_be_printed_too(capsys):
    def write():
        sys.stdout.buffer.write("שלום\n".encode())
        assert sys.stdout.buffer.write(bytearray(b"\xff")) == 1
        sys.stdout.buffer.flush()
        sys.stdout.flush()

    assert in_a_thread(write) == "שלום\n\ufffd"
    assert capsys.readouterr() == ("", "")


def test_a_caught_thread_prints_into_its_text_and_not_into_the_cell(capsys):
    assert in_a_thread(lambda: print("from the server")) == "from the server\n"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "say",
    [
        lambda: print("one", "two", sep="\n", flush=True),
        lambda: sys.stdout.write("one\ntwo\n"),
        lambda: sys.stdout.writelines(["one\n", "two\n"]),
        lambda: print("one\ntwo", file=sys.stderr),
        lambda: sys.stderr.write("one\ntwo\n"),
    ],
)
def test_every_manner_of_printing_is_caught(say, capsys):
    assert in_a_thread(say) == "one\ntwo\n"
    assert capsys.readouterr() == ("", "")


def test_standard_output_and_error_are_caught_in_the_order_they_came():
    def both():
        print("one")
        print("two", file=sys.stderr)
        print("three")

    assert in_a_thread(both) == "one\ntwo\nthree\n"


def test_a_thread_that_is_not_caught_prints_as_usual_meanwhile(capsys):
    def starts_another():
        with joined(beside(print, "not caught")):
            pass

    assert in_a_thread(starts_another) == ""
    assert capsys.readouterr().out == "not caught\n"


def test_each_thread_has_its_own_text_on_a_busy_computer(capsys):
    texts, together = {}, threading.Barrier(8, timeout=TIME_LIMIT_S)

    def prints_its_number(number):
        text = prints.catch()
        together.wait()
        for _ in range(50):
            print(number)
        together.wait()
        prints.release()
        texts[number] = text.getvalue()

    with busy(), contextlib.ExitStack() as all_joined:
        for number in range(8):
            all_joined.enter_context(joined(beside(prints_its_number, number)))
    assert texts == {number: f"{number}\n" * 50 for number in range(8)}
    assert capsys.readouterr() == ("", "")


def test_a_thread_that_prints_for_ever_does_not_fill_the_memory():
    text = in_a_thread(lambda: [print("x" * 999) for _ in range(200)])
    assert text.startswith(("x" * 999 + "\n") * 99)
    assert text.endswith("\n… and more\n")
    assert len(text) < prints.LIMIT + 1100


def test_after_release_a_thread_prints_as_usual(capsys):
    prints.catch()
    print("caught")
    prints.release()
    print("seen")
    assert capsys.readouterr().out == "seen\n"


def test_catching_twice_gives_the_same_text():
    try:
        assert prints.catch() is prints.catch()
    finally:
        prints.release()


def test_a_text_of_ones_own_may_be_given():
    mine = io.StringIO()
    try:
        assert prints.catch(mine) is mine
        print("here")
    finally:
        prints.release()
    assert mine.getvalue() == "here\n"


def test_a_thread_stays_caught_when_another_one_is_released(capsys):
    prints.catch()
    in_a_thread(lambda: None)
    print("caught")
    prints.release()
    assert capsys.readouterr().out == ""


def test_the_streams_are_the_very_ones_of_before_however_often_they_were_stood_in_for():
    streams = sys.stdout, sys.stderr
    for _ in range(2):
        prints.catch()
        prints.catch()
        prints.stand_in()
        assert in_a_thread(lambda: print("x")) == "x\n"
        prints.release()
        assert (sys.stdout, sys.stderr) == streams


def test_releasing_what_was_never_caught_changes_nothing(capsys):
    prints.release()
    print("seen")
    assert capsys.readouterr().out == "seen\n"


def test_a_stream_that_somebody_put_in_its_place_gets_what_is_not_caught():
    """As %%capture does, in a cell that runs while a server does."""
    prints.catch()
    try:
        mine = io.StringIO()
        with contextlib.redirect_stdout(mine):
            prints.stand_in()
            with joined(beside(print, "for the cell")):
                pass
            print("caught")
        assert mine.getvalue() == "for the cell\n"
    finally:
        prints.release()


def test_a_thread_caught_while_a_stream_is_redirected_stays_caught_after_it(capsys):
    with contextlib.redirect_stdout(io.StringIO()):
        text = prints.catch()
    try:
        print("before")
        prints.stand_in()
        print("after")
    finally:
        prints.release()
    assert capsys.readouterr().out == "before\n"
    assert text.getvalue() == "after\n"


def test_standing_in_does_nothing_while_nobody_is_caught():
    prints.stand_in()
    assert is_untouched()


def test_a_handler_of_log_lines_made_meanwhile_works_after_it(capsys):
    """It keeps the stream that it found, so that one has to go on for ever."""
    prints.catch()
    handler = logging.StreamHandler(sys.stdout)
    prints.release()
    handler.emit(logging.makeLogRecord({"msg": "logged"}))
    assert capsys.readouterr().out == "logged\n"


def test_what_is_asked_of_the_real_stream_is_answered_by_it():
    real, caught, done = sys.stdout, threading.Event(), threading.Event()

    def caught_until_done():
        prints.catch()
        caught.set()
        done.wait(TIME_LIMIT_S)
        prints.release()

    with joined(beside(caught_until_done)):
        caught.wait(TIME_LIMIT_S)
        stands_in = sys.stdout
        done.set()
    assert stands_in is not real
    assert (stands_in.encoding, stands_in.isatty(), stands_in.name) == (
        real.encoding,
        real.isatty(),
        real.name,
    )
