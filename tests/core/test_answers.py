"""The table of answers: what TIME, NAME and RAND say, and what an unknown request hears."""

import socket
from datetime import datetime

import pytest

from lenproto.answers import ANSWERS, EXIT, answer_to


def test_the_table_holds_three_requests_and_not_exit():
    assert list(ANSWERS) == ["TIME", "NAME", "RAND"]
    assert EXIT == "EXIT"


def test_time_is_the_date_and_time_of_now():
    before = datetime.now().replace(microsecond=0)
    said = answer_to("TIME")
    assert before <= datetime.strptime(said, "%Y-%m-%d %H:%M:%S") <= datetime.now()


def test_name_is_the_name_of_this_computer():
    assert answer_to("NAME") == socket.gethostname()


def test_rand_is_every_whole_number_from_1_to_10_and_no_other():
    # A right program misses one of the ten in 1,000 draws less often than once in 10 ** 44 runs.
    assert {answer_to("RAND") for _ in range(1000)} == {str(number) for number in range(1, 11)}


@pytest.mark.parametrize(
    "request_", ["time", "XXXX", "    ", "\0\0\0\0", "\\xff\\x00\\x80\\xfe", "TIM", "NAMES"]
)
def test_an_unknown_request_hears_which_ones_are_known(request_):
    said = answer_to(request_)
    assert isinstance(said, str)
    assert [name for name in ("TIME", "NAME", "RAND", "EXIT") if name not in said] == []


def test_an_unknown_request_is_quoted_in_visible_characters():
    assert "QUIZ" in answer_to("QUIZ")
    assert answer_to("\0\a\x1b\n").isprintable()


def test_a_lesson_can_add_a_line_to_the_table():
    table = ANSWERS | {"ECHO": lambda: "echo"}
    assert answer_to("ECHO", table) == "echo"
    assert "ECHO" in answer_to("NONE", table)
    assert "ECHO" not in answer_to("ECHO").partition("ask for")[2]


def test_each_time_is_asked_anew():
    counted = iter(["first", "second"])
    table = {"NEXT": lambda: next(counted)}
    assert [answer_to("NEXT", table), answer_to("NEXT", table)] == ["first", "second"]
