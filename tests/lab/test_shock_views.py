"""The views of shocks without a browser: buttons, what they show, and that their text form says the same."""

import threading

import pytest

from lenproto import server
from lenproto.lab import LabError, literal
from lenproto.lab.shocks.table import families
from lenproto.lab.views import Shocks, ShockTable
from lenproto.lab.views import shocks as view
from lenproto.words import say

SERVERS = {"course-literal": literal.main, "hardened": server.main}
FEW = ["polite", "leaves in a request", "says nothing", "cut after byte 3"]
WAIT_S = 10.0


@pytest.fixture
def shocks():
    opened = Shocks(SERVERS, "leaves in a request", shocks=FEW)
    yield opened
    opened.close()


@pytest.fixture
def table():
    opened = ShockTable(SERVERS, shocks=FEW)
    yield opened
    opened.close()


def pressed(shocks, name):
    """Press a button, and wait until the shock is over."""
    given, give = threading.Event(), shocks.give

    def give_and_tell(name):
        try:
            return give(name)
        finally:
            given.set()

    shocks.give = give_and_tell
    shocks._buttons[name].click()
    assert given.wait(WAIT_S)


def test_what_each_server_did_stands_beside_each_other(shocks):
    said = shocks.text()
    assert said.startswith(
        "leaves in a request: A client leaves after two of four bytes.\n\ncourse-literal: ✗ dies in line "
    )
    assert "hardened: ✓ holds: closes the connection, and serves the next client" in said
    assert [line.split()[2:4] for line in said.splitlines() if line.startswith("  ■ ")] == [
        ["request", "="]
    ]
    assert "client  the next one is refused" in said
    for name in SERVERS:
        assert f'aria-label="{name}"' in shocks._picture.value
    assert "✗ dies</span> in line" in shocks._picture.value


def test_each_conversation_can_be_put_on_a_stage_and_another_one_in_its_place(shocks):
    choice = shocks._choice
    assert [value for _, value in choice._chosen.options] == list(SERVERS)
    choice._button.click()
    first = choice.opened.replay
    assert first.trace is shocks.seen["course-literal"].trace
    choice._chosen.value = "hardened"
    choice._button.click()
    assert choice.opened.children == (choice.opened.replay,)
    assert choice.opened.replay.trace is shocks.seen["hardened"].trace
    assert first.comm is None  # closed


def test_a_table_offers_what_its_servers_did_not_withstand(table):
    assert table._choice._row.layout.display == "none"
    table.run()
    offered = [value for _, value in table._choice._chosen.options]
    failed = [given for given, fate in table.seen.items() if not fate.held]
    assert sorted(offered) == sorted(failed) and offered
    table._choice._button.click()
    assert table._choice.opened.replay.trace is table.seen[offered[0]].trace


def test_text_form_is_what_a_page_without_widgets_shows_and_the_same_each_time(shocks):
    said = shocks.text()
    shocks.give("leaves in a request")
    assert shocks._repr_mimebundle_()["text/plain"] == repr(shocks) == said


def test_a_button_gives_its_shock_and_is_marked(shocks):
    pressed(shocks, "says nothing")
    assert shocks.shock.name == "says nothing"
    assert shocks.seen["course-literal"].verdict == "hangs"
    assert [name for name, button in shocks._buttons.items() if button.button_style] == [
        "says nothing"
    ]
    assert "✗ hangs in recv(2)" in shocks.text()


def test_every_button_tells_its_story_and_a_cut_is_named_by_its_number(shocks):
    assert shocks._buttons["cut after byte 3"].description == "3"
    assert shocks._buttons["says nothing"].tooltip == "A client connects and says nothing."
    assert list(shocks._buttons) == [
        "polite",
        "cut after byte 3",
        "leaves in a request",
        "says nothing",
    ]


def test_a_failure_does_not_stop_the_buttons(shocks, monkeypatch):
    def fails(shock, server):
        raise ValueError("<no idea>")

    monkeypatch.setattr(view, "expose", fails)
    pressed(shocks, "says nothing")
    monkeypatch.undo()
    del shocks.give
    pressed(shocks, "polite")
    assert "✓ holds" in shocks.text()


def test_a_family_may_be_chosen_by_its_name():
    shocks = Shocks({"hardened": server.main}, shocks=["polite", "resets"])
    assert list(shocks._buttons)[:2] == ["polite", "resets at once"]
    assert all(name.startswith("resets") for name in list(shocks._buttons)[1:])
    shocks.close()


def test_all_shocks_have_a_button_and_none_is_given_before_one_is_pressed():
    shocks = Shocks({"hardened": server.main})
    assert shocks.text().startswith(
        "A button for each of these shocks against hardened: polite, two requests at once, "
    )
    assert (shocks.seen, say("views.shocks.press") in shocks._picture.value) == ({}, True)
    assert len(shocks._buttons) == sum(map(len, families().values()))
    shocks.close()


def test_an_unknown_shock_is_refused_and_nothing_is_left():
    with pytest.raises(LabError, match="There is no shock 'drop'"):
        Shocks(SERVERS, "drop")
    with pytest.raises(LabError, match="There is no shock 'drop'"):
        ShockTable(SERVERS, shocks=["drop"])


def test_closing_ends_the_thread_and_may_be_done_twice():
    before = threading.active_count()
    shocks = Shocks({"hardened": server.main}, shocks=FEW)
    assert threading.active_count() == before + 1
    shocks.close()
    shocks.close()
    assert threading.active_count() == before


def test_markup_in_what_a_server_says_is_not_carried_out():
    def rude(ip, port):
        raise ValueError("<img src=x>")

    shocks = Shocks({"<b>mine</b>": rude}, "polite")
    assert "&lt;img src=x&gt;" in shocks._picture.value
    assert "<img" not in shocks._picture.value and "<b>mine" not in shocks._picture.value
    shocks.close()


# ---- the table ----


def test_a_table_is_filled_by_running(table):
    assert (
        table.text()
        == "A table of 4 shocks, a column for each server: course-literal, hardened. None is given yet."
    )
    assert table._picture.value.count("<td>·</td>") == 8
    table.run()
    lines = table.text().splitlines()
    line = table.seen["leaves in a request", "course-literal"].line
    assert f"leaves in a request  ✗ dies, line {line} of serve_requests   ✓ holds" in lines
    totals = lines.index("") - 1
    assert lines[totals].split() == ["withstood", "1", "of", "4", "4", "of", "4"]
    failed = table.seen["cut after byte 3", "course-literal"].sentence
    assert (
        " ".join(lines[totals + 2 :])
        == f"The first that course-literal did not withstand is 'cut after byte 3'. It {failed}."
    )
    assert "<p>The first that course-literal did not withstand" in table._picture.value
    assert "8 of 8 given" in table._count.value
    before = table.text()
    table.run()
    assert table.text() == before == table._repr_mimebundle_()["text/plain"]


def test_the_button_of_a_table_runs_it(table):
    table._button.click()
    table._thread.join(WAIT_S)
    assert table.held("hardened") == 4
    assert not table._button.disabled


def test_a_failure_while_a_table_is_filled_is_told(table, monkeypatch):
    def fails(shock, server):
        raise LabError("no <idea>")

    monkeypatch.setattr(view, "expose", fails)
    table._button.click()
    table._thread.join(WAIT_S)
    assert "no &lt;idea&gt;" in table._count.value
    assert not table._button.disabled


def test_closing_a_table_gives_no_more_shocks(monkeypatch):
    started, may_end = threading.Event(), threading.Event()
    given = []

    def waits(shock, server):
        given.append(shock)
        started.set()
        assert may_end.wait(WAIT_S)
        return view_expose(shock, server)

    view_expose = view.expose
    monkeypatch.setattr(view, "expose", waits)
    table = ShockTable(SERVERS, shocks=FEW)
    table._button.click()
    assert started.wait(WAIT_S)
    table._closed = True  # what close() does first
    may_end.set()
    table.close()
    assert len(given) == 1
