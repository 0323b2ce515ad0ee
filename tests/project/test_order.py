"""Which worker of pytest-xdist takes which tests."""

import pytest
from helpers.order import FEW, FIRST, SLOW, group, next_group
from helpers.places import ROOT

BROWSER = [f"tests/browser/test_x.py::test_{number}" for number in range(FEW + 1)]


@pytest.mark.parametrize(
    "waiting, in_browser, taken",
    [
        (["a.py", *BROWSER], True, BROWSER[0]),
        ([*BROWSER, "a.py"], False, "a.py"),
        (["a.py"], True, "a.py"),
        (BROWSER, False, BROWSER[0]),
        (BROWSER[1:], False, None),
    ],
)
def test_one_worker_takes_the_browsers_tests_and_others_help_where_many_are_left(
    waiting, in_browser, taken
):
    assert next_group(dict.fromkeys(waiting), in_browser) == taken


def test_a_file_is_a_group_and_so_is_each_test_in_a_browser():
    assert group("tests/core/test_wire.py::test_a[1]") == "tests/core/test_wire.py"
    assert group(BROWSER[0]) == BROWSER[0]


def test_what_is_listed_is_there():
    for begin in (*FIRST, *SLOW):
        assert (ROOT / begin.partition("::")[0]).exists(), begin
