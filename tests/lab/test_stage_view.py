"""The stage's widget without a browser: what it tells the page, what it does when told, and its text form."""

import threading

import pytest
from helpers.stand_in import Page

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import LabError, Stage
from lenproto.lab.views import Replay, StageView, cells
from lenproto.words import speaking

WAIT_S = 5.0


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})


def ask(ip, port):
    return client.main(ip, port)


@pytest.fixture
def opened():
    views = []

    def open_view(*args, **kwargs):
        views.append(StageView(*args, **kwargs))
        return views[-1]

    yield open_view
    for view in views:
        view.close()


def test_a_button_steps_a_side_and_the_page_is_told(opened):
    page = Page(opened(ask, serve))
    assert page.last["sides"]["server"]["call"] == 'bind("127.0.0.1", port)'
    told = page.does("step", side="server")
    assert page.calls() == ['bind("127.0.0.1", port)']
    assert (told["sides"]["server"]["state"], told["sides"]["server"]["call"]) == (
        "about to",
        "listen()",
    )
    assert told["sides"]["server"]["function"] == "initial_listen"


def test_the_page_is_told_what_a_call_is_and_what_an_input_asks(opened):
    page = Page(opened(ask, serve))
    assert (page.last["sides"]["server"]["name"], page.last["sides"]["server"]["prompt"]) == (
        "bind",
        "",
    )
    client = page.does("run")["sides"]["client"]
    assert (client["name"], client["prompt"]) == ("input", "Request: ")


def test_the_page_gets_its_sentences_in_the_language_of_now(opened):
    with speaking("he"):
        words = opened(ask, serve).words
    assert (words["language"], words["direction"]) == ("he", "rtl")
    assert words["tables"]["views"]["stage"]["button"].keys() >= {"client", "server", "run"}


def test_next_goes_on_with_the_side_that_moved_for_as_long_as_it_can(opened):
    page = Page(opened(ask, serve))
    for _ in range(8):
        page.does("step")
    assert [page.rungs[number]["actor"] for number in sorted(page.rungs)] == ["server"] * 3 + [
        "client"
    ] * 3 + ["server"] * 2


def test_run_plays_to_the_question_and_the_text_box_answers_it(opened):
    page = Page(opened(ask, serve))
    told = page.does("run")
    assert (told["sides"]["client"]["call"], told["sides"]["client"]["awaits"]) == (
        "input('Request: ')",
        "the keyboard",
    )
    page.does("type", side="client", line="name")
    told = page.does("run")
    assert "".join(text for _, text in page.printed["client"]).endswith(
        "Request: name\nlena\nRequest: "
    )
    page.does("type", side="client", line="EXIT")
    told = page.does("run")
    assert told["sides"]["client"]["state"] == "finished"
    assert told["playing"] is False


def test_a_time_limit_runs_out_when_the_page_says_so(opened):
    page = Page(opened(ask, serve, played=[("server", None), ("client", None)]))
    assert page.last["sides"]["client"]["limit_s"] == client.SERVER_TIMEOUT_S
    told = page.does("time out", side="client")
    assert told["sides"]["client"]["call"] == "close()"
    assert told["trouble"] == ""
    told = page.does("time out", side="client")
    assert "No time limit can run out" in told["trouble"]
    assert page.does("step", side="client")["trouble"] == "", "a trouble is told once"


def test_a_new_page_is_told_everything(opened):
    view = opened(ask, serve, ["NAME"])
    first = Page(view)
    first.does("run")
    second = Page(view)
    assert second.rungs == first.rungs
    assert second.printed == first.printed
    assert second.last["sources"]["client"][0]["text"].startswith("def initial_contact")


def test_start_again_is_a_new_conversation(opened):
    view = opened(ask, serve, ["NAME"])
    page = Page(view)
    page.does("run")
    before, stage = page.last["run"], view.stage
    page.rungs.clear()
    told = page.does("start again")
    assert told["run"] == before + 1
    assert page.rungs == {}
    assert view.stage is not stage
    with pytest.raises(Exception, match="closed"):
        stage.step("server")
    page.does("run")
    assert "recv(4)" in page.calls()


def test_what_is_played_before_anybody_looks_is_played_again_at_the_start(opened):
    view = opened(ask, serve, played=[("server", "accept"), ("client", "connect")])
    assert [call.name for call in view.stage.trace] == ["bind", "listen"]
    Page(view).does("start again")
    assert [call.name for call in view.stage.trace] == ["bind", "listen"]


def test_steps_from_a_cell_reach_the_page_as_well(opened):
    view = opened(ask, serve)
    page = Page(view)
    view.stage.step("server")
    page.hear()
    assert page.calls() == ['bind("127.0.0.1", port)']


def test_a_side_that_comes_back_late_is_noticed_without_a_click(opened, monkeypatch):
    """Here it waits for what no tap sees. The page must not show the old picture for ever."""
    monkeypatch.setattr("lenproto.lab.stage.REST_S", 0.05)
    goes_on = threading.Event()

    def thinks(ip, port):
        goes_on.wait()
        client.main(ip, port)

    view = opened(thinks, serve)
    page = Page(view)
    assert page.last["sides"]["client"]["state"] == "failed"
    assert "makes no call" in page.last["sides"]["client"]["reason"]
    goes_on.set()
    while page.last["sides"]["client"]["state"] != "about to":
        page.hear()


def test_a_deadlock_is_told(opened):
    def reads_first(ip, port):
        import socket

        with socket.create_connection((ip, port)) as sock:
            sock.recv(48)

    page = Page(opened(reads_first, serve))
    assert page.does("run")["deadlock"].startswith("Deadlock: the client waits for up to 48 bytes")


def test_the_text_form_is_the_ladder_and_where_each_side_stands(opened):
    view = opened(ask, serve, ["NAME"])
    view.stage.run()
    assert view.text() == repr(view) == view._repr_mimebundle_()["text/plain"]
    assert view.text().startswith(str(view.stage.trace))
    assert "client: stuck in input('Request: '), line" in view.text()


def test_two_views_print_the_same(opened):
    texts = set()
    for _ in range(3):
        view = opened(ask, serve, ["NAME", "EXIT"])
        view.stage.run()
        texts.add(view.text())
    assert len(texts) == 1


def test_closing_in_the_middle_of_a_run_ends_the_thread():
    def talks_for_ever(ip, port):
        import socket

        with socket.create_connection((ip, port)) as sock:
            while True:
                sock.sendall(b"")

    view = StageView(talks_for_ever, serve)
    page = Page(view)
    page.view._handle_custom_msg({"do": "run"}, [])
    page.told.get(timeout=WAIT_S)
    view.close()
    view.close()
    assert "stage view" not in {thread.name for thread in threading.enumerate()}


def test_whatever_a_page_says_the_next_button_is_heard(opened):
    page = Page(opened(ask, serve))
    assert "anna" in page.does("step", side="anna")["trouble"]
    assert "unexpected" in page.does("step", speed=3)["trouble"]
    assert page.does("step", side="server")["trouble"] == ""
    assert page.calls() == ['bind("127.0.0.1", port)']


def test_a_closed_view_does_not_start_again():
    view = StageView(ask, serve)
    view.close()
    with pytest.raises(LabError, match="closed"):
        view.start_again()


def test_closing_while_it_starts_again_leaves_no_stage(monkeypatch):
    view = StageView(ask, serve)
    begun, goes_on, staged, join = (
        threading.Event(),
        threading.Event(),
        view._staged,
        view._worker.join,
    )

    def starts_slowly():
        begun.set()
        goes_on.wait(WAIT_S)
        return staged()

    def waits_for_the_worker():  # close() has closed the stage that it knew
        goes_on.set()
        join()

    monkeypatch.setattr(view, "_staged", starts_slowly)
    monkeypatch.setattr(view._worker, "join", waits_for_the_worker)
    view._handle_custom_msg({"do": "start again"}, [])
    assert begun.wait(WAIT_S)
    view.close()
    assert not [
        thread
        for thread in threading.enumerate()
        if thread.name in ("client", "server", "stage view")
    ]


def test_a_scene_that_cannot_be_played_leaves_no_stage():
    with pytest.raises(ValueError, match="anna"):
        StageView(ask, serve, played=[("anna", "accept")])


def test_another_button_stops_a_run(opened):
    def talks_for_ever(ip, port):
        import socket

        with socket.create_connection((ip, port)) as sock:
            while True:
                sock.sendall(b"")

    page = Page(opened(talks_for_ever, serve))
    page.view._handle_custom_msg({"do": "run"}, [])
    page.view._handle_custom_msg({"do": "stop"}, [])
    told = page.hear()
    while told["playing"]:
        told = page.hear()
    assert told["sides"]["client"]["state"] == "about to"


def test_a_replay_tells_a_saved_conversation_without_sockets(tmp_path):
    with Stage(ask, serve, ["NAME"]) as stage:
        stage.run()
    stage.trace.save(tmp_path / "talk.json")
    live = Replay(stage.trace)
    saved = Replay(tmp_path / "talk.json")
    pages = [Page(live), Page(saved)]
    assert pages[0].calls() == pages[1].calls()
    assert pages[0].printed == pages[1].printed
    assert pages[1].last["sources"]["server"][0]["text"].startswith("def initial_listen")
    assert "sides" not in pages[1].last
    assert live.text() == saved.text()
    assert saved.text().endswith("of check_client")
    assert not saved.live
    live.close()
    saved.close()


class Shell:
    """Stands in for a notebook's kernel: which run of which cell this is."""

    def __init__(self, **metadata):
        self.metadata, self.run = metadata, 0

    def get_parent(self):
        return {
            "header": {"msg_id": str(self.run)},
            "metadata": self.metadata,
            "content": {"code": "view"},
        }


@pytest.mark.parametrize("metadata", [{"cellId": "02-17"}, {}])
def test_running_a_cell_again_closes_what_it_made_before(opened, monkeypatch, metadata):
    shell = Shell(**metadata)
    monkeypatch.setattr(cells, "get_ipython", lambda: shell)
    first, second = opened(ask, serve), opened(ask, serve)
    assert not first._closed and not second._closed, "one cell may make two"
    shell.run = 1
    third = opened(ask, serve)
    assert first._closed and second._closed and not third._closed
    monkeypatch.setattr(cells, "get_ipython", lambda: Shell(cellId="another"))
    opened(ask, serve)
    assert not third._closed
