"""The list of all orders without a browser: its text form, and a button that puts one on a stage."""

import socket
import threading

import pytest

from lenproto.lab import LabError, orders
from lenproto.lab.views import OrdersView, StageView
from lenproto.lab.views import orders as view

WAIT_S = 10.0


def greets(ip, port):
    with socket.create_server((ip, port)) as listener, listener.accept()[0] as sock:
        sock.sendall(sock.recv(2))


def reads_first(ip, port):
    with socket.create_connection((ip, port)) as sock:
        sock.recv(2)


def asks(ip, port):
    with socket.create_connection((ip, port)) as sock:
        sock.sendall(input().encode())
        return sock.recv(2)


@pytest.fixture
def listed():
    opened = OrdersView(orders(reads_first, greets, limit_s=100))
    yield opened
    opened.close()


def pressed(listed, number):
    """Press the button of an order, and wait until it stands on a stage."""
    done, opens = threading.Event(), listed.put_on_stage

    def open_and_tell(number):
        try:
            return opens(number)
        finally:
            done.set()

    listed.put_on_stage = open_and_tell
    listed._buttons[number].click()
    assert done.wait(WAIT_S)


def test_the_text_form_is_what_print_says(listed):
    assert listed.text() == str(listed.found) == repr(listed)
    assert listed._repr_mimebundle_()["text/plain"] == listed.text()


def test_a_button_puts_its_order_on_a_stage_where_all_is_decided(listed):
    pressed(listed, 2)
    assert isinstance(listed.stage, StageView)
    assert listed.stage in listed._below.children
    assert listed.stage.stage.deadlock == listed.found[1].sentence
    assert [listed._buttons[number].button_style for number in (1, 2)] == ["", "primary"]
    first = listed.stage
    pressed(listed, 1)
    assert "refused" in listed.stage.text() or "Refused" in listed.stage.text()
    assert listed._below.children == (listed.stage,)
    with pytest.raises(LabError, match="closed"):
        first.start_again()


def test_a_stage_starts_its_order_again(listed):
    stage = listed.put_on_stage(2)
    before = stage.text()
    stage.start_again()
    assert stage.text() == before


def test_typed_lines_are_typed_on_the_stage_too():
    listed = OrdersView(orders(asks, greets, ["ab"], limit_s=100))
    try:
        number = 1 + [order.ending for order in listed.found].index("well")
        assert listed.put_on_stage(number).stage.result("client") == b"ab"
    finally:
        listed.close()


def test_each_button_has_words_of_its_own_that_say_what_it_shows(listed):
    assert [button.description for button in listed._buttons.values()] == [
        "Show order 1",
        "Show order 2",
    ]
    assert listed._buttons[1].tooltip == "Order 1, refused, on the stage: C"


def test_a_long_list_ends_and_says_how_many_are_left(monkeypatch):
    monkeypatch.setattr(view, "LISTED", 1)
    listed = OrdersView(orders(reads_first, greets, limit_s=100))
    try:
        assert len(listed._buttons) == 1
        assert any("… and 1 more" in getattr(each, "value", "") for each in listed.children)
        assert listed.put_on_stage(2).stage.deadlock, "it can be opened all the same"
    finally:
        listed.close()


@pytest.mark.parametrize("number", [0, 3, -1])
def test_what_is_no_order_is_said_so(listed, number):
    with pytest.raises(LabError, match=f"There is no order {number}: there are 2"):
        listed.put_on_stage(number)


def test_a_closed_list_has_closed_its_stage():
    before = threading.active_count()
    listed = OrdersView(orders(reads_first, greets, limit_s=100))
    listed.put_on_stage(1)
    listed.close()
    assert threading.active_count() == before
    with pytest.raises(LabError, match="closed"):
        listed.put_on_stage(1)
