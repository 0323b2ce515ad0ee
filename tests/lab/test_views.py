"""The widgets without a browser: what they do, and that their text form says the same."""

import threading
from pathlib import Path

import pytest

from lenproto import wire
from lenproto.answers import ANSWERS
from lenproto.exercises.learner import progress
from lenproto.lab import Background, choices
from lenproto.lab.views import Addresses, Console, Pieces, Prediction, show
from lenproto.lab.views.page import joined
from lenproto.wire import frame, recv_exactly

WAIT_S = 5.0


@pytest.fixture
def server():
    with Background(answers=ANSWERS | {"NAME": lambda: "שלום"}) as running:
        yield running


@pytest.fixture
def console(server):
    opened = Console(server)
    yield opened
    opened.close()


def buttons(view):
    return {
        button.description: button
        for button in descendants(view)
        if type(button).__name__ == "Button"
    }


def descendants(view):
    for child in getattr(view, "children", ()):
        yield child
        yield from descendants(child)


def test_console_shows_screen_and_bytes_of_a_real_conversation(console):
    console.connect()
    console.send("name", "EXIT")
    text = console.text()
    assert "Request: name\nשלום\nRequest: EXIT" in text
    assert "0030  30 30 30 38" in text and "header" in text
    assert text.startswith("Client: waits for you to press Connect.\nServer: stuck in accept()")


def test_text_form_is_what_a_page_without_widgets_shows(console):
    console.connect()
    console.send("NAME")
    assert console._repr_mimebundle_()["text/plain"] == repr(console) == console.text()
    assert "Client: waits for your request." in repr(console)


def test_buttons_ask_as_typing_does(console):
    console.connect()
    buttons(console)["NAME"].click()
    console._wait()
    assert "Request: NAME\nשלום" in console.text()


def test_only_what_makes_sense_now_can_be_pressed(console):
    console._paint()
    enabled = {name for name, button in buttons(console).items() if not button.disabled}
    assert enabled == {"Connect"}
    console.connect()
    console._paint()
    enabled = {name for name, button in buttons(console).items() if not button.disabled}
    assert enabled == {"TIME", "NAME", "RAND", "EXIT"}


def test_a_typed_request_goes_out_with_enter(console):
    console.connect()
    box = next(child for child in descendants(console) if type(child).__name__ == "Text")
    box.value = "na"
    box._handle_custom_msg({"event": "submit"}, [])
    console._wait()
    assert box.value == ""
    assert "Request: na\nI do not know 'NA  '" in console.text()


def test_what_the_page_shows_holds_no_markup_from_the_wire():
    with Background(answers=ANSWERS | {"NAME": lambda: "<img src=x onerror=alert(1)>"}) as server:
        console = Console(server)
        console.connect()
        console.send("NAME")
        console._paint()
        html = "".join(
            getattr(child, "value", "")
            for child in descendants(console)
            if type(child).__name__ == "HTML"
        )
        console.close()
    assert "<img" not in html
    assert "&lt;img" in html


def test_what_the_page_says_of_a_failure_holds_no_markup(capsys):
    def check(server_socket):
        client_socket, _ = server_socket.accept()
        with client_socket:
            raise ValueError("<img src=x>")

    with Background(check=check) as server:
        console = Console(server)
        console.connect()
        server.thread.join(WAIT_S)
        console._paint()
        html = "".join(
            getattr(child, "value", "")
            for child in descendants(console)
            if type(child).__name__ == "HTML"
        )
        console.close()
    assert "&lt;img" in html
    assert "<img" not in html
    assert "ValueError: <img src=x>" in console.text()
    assert "ValueError" in capsys.readouterr().err


def test_a_new_console_replaces_the_one_before(server):
    first = Console(server)
    first.connect()
    second = Console(server)
    second.connect()
    second.send("NAME")
    second.close()
    assert "שלום" in second.text()
    assert "שלום" not in first.text()


def test_console_outlives_its_server(server, console):
    console.connect()
    server.stop()
    console.send("NAME")
    console._thread.join(WAIT_S)
    assert not console._thread.is_alive()
    assert "Server: stopped." in console.text()
    console.connect()
    assert "was stopped" in console.text()


def test_closing_a_console_ends_its_threads(server):
    before = threading.active_count()
    console = Console(server)
    console.connect()
    assert threading.active_count() > before
    console.close()
    assert threading.active_count() == before


@pytest.mark.parametrize("cut", range(14))
def test_pieces_arrive_whole_however_they_are_cut(cut):
    pieces = Pieces("2026-11-22", cut=cut)
    last = pieces.play().splitlines()[-1]
    assert last.endswith("body: 2 0 2 6 - 1 1 - 2 2  (10 of 10 bytes, complete)")
    assert pieces.header + pieces.body == frame("2026-11-22")
    pieces.close()


def test_pieces_by_hand():
    pieces = Pieces("שלום", single=True)
    pieces.receive()
    assert "recv(4) waits: nothing has arrived" in pieces.text()
    for _ in range(3):
        pieces.send()
    pieces.receive()
    assert pieces.text().splitlines()[-1].split() == [
        "client",
        "recv(4)",
        "→",
        'b"000"',
        "header:",
        "0",
        "0",
        "0",
        "_",
        "(3",
        "of",
        "4",
        "bytes,",
        "1",
        "missing)",
    ]
    assert pieces.missing == 1
    pieces.restart()
    assert "recv" not in pieces.text()
    pieces.close()


def test_an_empty_answer_is_complete_with_its_header():
    pieces = Pieces("", cut=3)
    assert "header: 0 0 0 0  (4 of 4 bytes, complete)" in pieces.play()
    assert pieces.missing == 0
    pieces.close()


@pytest.fixture
def choices_file(tmp_path, monkeypatch):
    monkeypatch.setenv("LENPROTO_PROGRESS", str(tmp_path / "deep" / "progress.json"))
    return tmp_path / "deep" / "predictions.json"


def test_prediction_is_settled_by_the_run(capsys, choices_file):
    prediction = Prediction("How many?", {"one": 1, "two": 2})
    assert repr(prediction) == "Predict: How many?\n  ( ) one\n  ( ) two"
    prediction.settle(2)
    assert capsys.readouterr().out.startswith("The run says: two. (You made no prediction")
    prediction.choice.value = "one"
    prediction.settle(2)
    assert capsys.readouterr().out == "You predicted: one. The run says: two.\n"
    prediction.choice.value = "two"
    prediction.settle(2)
    assert capsys.readouterr().out == "You predicted: two. The run says so, too.\n"
    prediction.settle(3)
    assert capsys.readouterr().out == "You predicted: two. The run says: 3.\n"


def said(prediction):
    """What stands below the answers."""
    return prediction.children[2].value


def test_a_prediction_reacts_at_once_and_says_why_an_answer_is_wrong(choices_file):
    prediction = Prediction("How many?", {"one": 1, "two": 2}, why={"one": "There are <two>."})
    assert said(prediction) == ""
    prediction.choice.value = "one"
    assert "Chosen. Now see what happens" in said(prediction)
    prediction.settle(2)
    assert "You predicted: one. The run says: two. There are &lt;two&gt;." in said(prediction)
    prediction.choice.value = "two"
    assert "You predicted: two. The run says so, too." in said(prediction)


def test_what_was_chosen_outlives_a_restart(choices_file):
    Prediction("How many?", {"one": 1, "two": 2}).choice.value = "two"
    Prediction("How much?", {"a lot": 1}).choice.value = "a lot"
    again = Prediction("How many?", {"one": 1, "two": 2})
    assert again.choice.value == "two"
    assert "You chose this on an earlier day: two." in said(again)
    assert Prediction("How many?", {"three": 3}).choice.value is None, "the answers are others now"
    for damaged in ("[]", "{", '{"How many?": 2}', "\udc00"):
        choices_file.write_text(damaged, "utf-8", "surrogatepass")
        assert Prediction("How many?", {"one": 1, "two": 2}).choice.value is None
    progress.forget()
    assert not choices_file.exists()


def test_where_nothing_is_to_be_kept_nothing_is(monkeypatch, tmp_path):
    monkeypatch.setenv("LENPROTO_PROGRESS", "off")
    monkeypatch.setattr(choices.platformdirs, "user_data_path", lambda *_, **__: tmp_path)
    Prediction("How many?", {"one": 1}).choice.value = "one"
    assert Prediction("How many?", {"one": 1}).choice.value is None
    assert not list(tmp_path.iterdir())


def test_addresses_show_ports_on_the_page_and_letters_in_the_text(connected_pair):
    client, server = connected_pair
    table = Addresses(client=client, server=server)
    assert table.text().splitlines()[1:] == [
        "client          127.0.0.1 : port A        127.0.0.1 : port B",
        "server          127.0.0.1 : port B        127.0.0.1 : port A",
    ]
    assert f"127.0.0.1 : {client.getsockname()[1]}" in table.value


def test_names_are_joined_as_in_a_sentence():
    assert [joined("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a and b and c"]


def test_show_gives_the_source_as_it_stands():
    lines = Path(wire.__file__).read_text(encoding="utf-8").splitlines()
    for shown in repr(show(recv_exactly)).splitlines():
        number, source = int(shown[:3]), shown[4:]
        assert lines[number - 1] == source
    assert show(recv_exactly)._repr_markdown_() == f"```python\n{show(recv_exactly)}\n```"
    assert repr(show(wire)).startswith("  1 " + lines[0])
