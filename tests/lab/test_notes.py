"""The source around a call, as a person reads it, and what else is kept of a program."""

import json
import linecache

import pytest

from lenproto.lab.call import Where
from lenproto.lab.notes import NEARBY, Notes, source_of
from lenproto.words import Words

CELL = """import socket
x = 1

def outer():
    def inner():
        return 2

    return inner

f = lambda: [
    3,
]
class Thing:
    def method(self):
        return 4
"""


@pytest.fixture
def file():
    """The name of a file that only linecache knows, as a notebook's cells are."""
    name = "<a cell of a notebook>"
    linecache.cache[name] = (len(CELL), None, CELL.splitlines(True), name)
    yield name
    del linecache.cache[name]


@pytest.mark.parametrize(
    "function, line, first, last",
    [
        ("outer", 8, 4, 8),
        ("inner", 6, 5, 6),
        ("<lambda>", 11, 10, 12),
        ("method", 15, 14, 15),
        ("<module>", 2, 1, 14),
    ],
)
def test_the_source_is_that_of_the_innermost_function(file, function, line, first, last):
    source = source_of(Where(function, line, file))
    assert (source.first, source.text) == (first, "\n".join(CELL.splitlines()[first - 1 : last]))
    assert source.holds(Where(function, line, file))
    assert not source.holds(Where("another", line, file))
    assert not source.holds(Where(function, line, "another file"))
    assert not source.holds(Where(function, last + 1, file))
    assert NEARBY == 12  # on which the last of these rests


def test_a_source_that_is_nowhere_is_empty():
    source = source_of(Where("f", 3, "<nowhere>"))
    assert source.text == ""


def test_code_that_no_longer_parses_is_shown_around_the_line(file):
    linecache.cache[file] = (0, None, ["def broken(:\n", "    recv(4)\n"], file)
    assert source_of(Where("broken", 2, file)).text == "def broken(:\n    recv(4)"


def test_prints_are_kept_with_the_number_of_calls_before_them():
    notes = Notes()
    notes.add("one\n", 3, None, "about to")
    notes.add("one\n", 4, None, "about to")
    notes.add("one\ntwo\n", 5, None, "finished")
    assert notes.printed == [(3, "one\n"), (5, "two\n")]
    assert notes.stands == "finished"


def test_what_was_packed_is_the_same_unpacked_but_for_the_path(file):
    notes = Notes()
    notes.add("hello\n", 1, Where("outer", 8, file), "finished")
    again = Notes.unpacked(notes.packed())
    assert again == notes


def test_where_a_side_stood_is_kept_as_what_it_is_and_read_as_a_text_where_it_was_saved_as_one():
    reason = Words("stage.place.line", line=3, function="main")
    notes = Notes(stands=Words("stage.position.failed", reason=reason))
    packed = json.loads(json.dumps(notes.packed()))
    assert Notes.unpacked(packed).stands == notes.stands
    assert str(Notes.unpacked(packed).stands) == "failed: in line 3 of main"
    assert Notes.unpacked(packed | {"stands": "finished"}).stands == "finished"
