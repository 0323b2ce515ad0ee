"""Lines that are to be put in order: what they make is judged like what is written."""

import pytest

from lenproto.exercises import InOrder
from lenproto.exercises.functions import source_of
from lenproto.exercises.learner import progress
from lenproto.exercises.learner.in_order import STEPS, taken_apart
from lenproto.exercises.learner.verdict_view import VerdictView
from lenproto.lab import LabError


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("LENPROTO_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_memory", {})


def buttons(order):
    return order.children[1].children


def solved(order):
    """Put the lines of a view as its solution has them."""
    head, right = taken_apart(source_of(order.name, "solution"))
    first = len(head) + 1
    order.put(*(order.lines.index(line) + first for line in right))


@pytest.mark.parametrize("name", STEPS)
def test_the_lines_of_the_stub_are_those_of_the_solution_in_another_order(name):
    (head, lines), (same, right) = (
        taken_apart(source_of(name, part)) for part in ("stub", "solution")
    )
    assert head == same
    assert sorted(lines) == sorted(right)
    assert lines != right


@pytest.mark.parametrize("name", STEPS)
def test_in_the_right_order_it_passes_and_is_kept(name):
    order = InOrder(name)
    assert not order.check().passed
    assert progress.recorded()[0][name].tried == [], "who has moved nothing has not tried"
    solved(order)
    assert order.check().passed
    assert progress.recorded()[0][name].passed
    order.close()


def test_the_verdict_counts_lines_as_the_list_does():
    order = InOrder("talk_in_order")
    failure = order.check().failure
    shown = dict(
        line.strip().split(" ", 1) for line in order.text().splitlines() if " " in line.strip()
    )
    assert (
        failure.source
        == shown[str(failure.where[1])].strip()
        == "greeting = client_socket.recv(48)"
    )
    order.close()


def test_what_is_no_order_is_refused():
    order = InOrder("talk_in_order")
    before = order.lines
    for numbers in ((), (6,), (6, 6, 7, 8, 9, 10), (1, 2, 3, 4, 5, 6)):
        with pytest.raises(LabError, match="each of the numbers from 6 to 11 once"):
            order.put(*numbers)
    assert order.lines == before
    with pytest.raises(LabError, match="talk_in_order, serve_in_order"):
        InOrder("frame")
    order.close()


def test_an_order_that_is_no_python_is_said_in_a_sentence():
    order = InOrder("serve_in_order")
    first = order.text().splitlines().index(f"  8 {order.lines[0]}") + 1
    order.put(first + 2, first, first + 1, first + 3, first + 4)
    with pytest.raises(LabError, match=r"it is no Python: line 8 \(unexpected indent\)"):
        order.check()
    buttons(order)[0].click()
    assert "it is no Python: line 8" in order.children[2].children[0].value
    order.close()


def test_the_buttons_judge_and_put_all_as_in_the_beginning():
    order = InOrder("talk_in_order")
    before = order.lines
    solved(order)
    buttons(order)[0].click()
    (view,) = order.children[2].children
    assert isinstance(view, VerdictView)
    assert view.panel.verdict.passed
    buttons(order)[1].click()
    assert (order.lines, order.children[2].children) == (before, ())
    order.close()
