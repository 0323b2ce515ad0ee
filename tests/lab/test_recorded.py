"""A recorded conversation for pages without a kernel: what is in it, what is not, and that nothing breaks out of it."""

import json
import queue
import re
import socket
import threading
from html.parser import HTMLParser

import pytest

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import Stage
from lenproto.lab.views import Replay, StageView, kept, recorded

WAIT_S = 5.0
EVIL = "</script><script>alert(1)</script><!--<script>"


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: EVIL})


@pytest.fixture
def replay():
    with Stage(client.main, serve, ["NAME", "EXIT"]) as stage:
        stage.run()
    view = Replay(stage.trace)
    yield view
    view.close()


@pytest.fixture
def opened():
    views = []

    def open_view(*args, **kwargs):
        views.append(StageView(*args, **kwargs))
        return views[-1]

    yield open_view
    for view in views:
        view.close()


class Scripts(HTMLParser):
    """The scripts of a page, as a browser finds them, and its other elements."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.tags, self._inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append([dict(attrs).get("class"), ""])

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.scripts[-1][1] += data


def test_a_page_holds_the_whole_conversation_and_nothing_breaks_out_of_it(replay, tmp_path):
    replay.save_html(tmp_path / "talk.html")
    page = (tmp_path / "talk.html").read_text("utf-8")
    found = Scripts(page)
    assert [kind for kind, _ in found.scripts] == ["told", "player", None]
    told = json.loads(found.scripts[0][1])
    assert [rung["text"] for rung in told["rungs"]] == [call.text() for call in replay.trace]
    assert EVIL in "".join(text for _, text in told["printed"]["client"][1])
    assert "img" not in found.tags
    player = json.loads(found.scripts[1][1])
    assert (player["module"], player["traits"]["live"]) == (replay._esm, False)
    assert EVIL not in page
    assert "alert(1)</script>" not in page


def test_a_page_asks_nobody_for_anything(replay):
    page = recorded.as_page(replay)
    names = {"http://www.w3.org/2000/svg"}  # of elements; nothing is fetched there
    assert set(re.findall(r"\w+://[\w./-]*", page)) <= names
    assert (
        re.findall(r"<(?:link|img|iframe|object|base)\b|\b(?:src|href)=", page.split("<script")[0])
        == []
    )
    assert "default-src 'none'" in page


def test_what_a_notebook_keeps_is_the_same_and_small(replay):
    output, page = recorded.as_output(replay), recorded.as_page(replay)
    assert (
        recorded.conversation(output)
        == recorded.conversation(page)
        == json.loads(json.dumps(replay.recorded()))
    )
    assert output == recorded.as_output(replay)
    without_player = recorded.PLAYER.sub("", output)
    assert len(without_player) < 15_000, "letters"
    assert len(output) < 60_000, "letters, with the player"
    assert recorded.conversation("<p>another output</p>") is None


def test_two_runs_are_recorded_alike_without_ports_and_paths():
    def prints(ip, port):
        with socket.create_connection((ip, port)) as sock:
            print(f"{ip}:{port}, {port}0, port {port}.")
            sock.sendall(b"Hi")

    told = []
    for _ in range(2):
        with Stage(prints, serve) as stage:
            stage.run()
        view = Replay(stage.trace)
        told.append(view.recorded())
        view.close()
    for each in told:
        printed = each["printed"].pop("client")[1][0][1]
        assert re.fullmatch(r"127\.0\.0\.1:port, \d+0, port port\.\n", printed), (
            "another number stays"
        )
    assert told[0] == told[1]
    assert {rung["file"] for rung in told[0]["rungs"]} == {"test_recorded.py", "server.py"}


def test_files_of_one_name_stay_apart():
    message = {
        "rungs": [{"file": "/a/mine.py"}, {"file": "/b/mine.py"}, {"file": "/a/mine.py"}],
        "sources": {"client": [{"file": "/b/mine.py"}]},
        "printed": {},
    }
    told = recorded.the_same_everywhere(message, [])
    assert [rung["file"] for rung in told["rungs"]] == ["mine.py", "mine.py 2", "mine.py"]
    assert told["sources"]["client"][0]["file"] == "mine.py 2"


def test_a_long_conversation_is_kept_in_part_and_says_so(replay, monkeypatch):
    monkeypatch.setattr(recorded, "KEPT_CALLS", 5)
    monkeypatch.setattr(recorded, "TEXT_LINES", 3)
    output = recorded.as_output(replay)
    told = recorded.conversation(output)
    assert len(told["rungs"]) == 5
    assert told["trouble"] == f"The first 5 of {len(replay.trace)} calls are kept here."
    [text] = re.findall(r"<pre[^>]*>(.*?)</pre>", output, re.DOTALL)
    assert text.split("\n")[3:] == ["…"]


def test_a_stage_is_recorded_as_it_stands_with_its_deadlock(opened):
    def reads_first(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.recv(48)

    view = opened(reads_first, serve)
    assert view.recorded()["sides"]["server"]["state"] == "about to"
    view.stage.run()
    told = view.recorded()
    assert told["sides"]["client"]["state"] == "blocked"
    assert told["deadlock"].startswith("Deadlock: the client waits for")
    assert told["playing"] is False


def test_the_live_page_misses_nothing_of_what_is_recorded_meanwhile(opened):
    view = opened(client.main, serve)
    sent = []
    view.send = sent.append
    view.stage.listeners.clear()  # the page is told nothing yet
    view.stage.step("server")
    view.recorded()
    assert sent == [], "who is recorded tells nothing"
    view._tell()
    assert [rung["text"] for message in sent for rung in message["rungs"]] == [
        'bind("127.0.0.1", port)'
    ]


# ---- in a notebook ----


class Outputs:
    """Stands in for the notebook: what is displayed, and what becomes of it."""

    def __init__(self, monkeypatch):
        self.shown, self.updates = [], []
        monkeypatch.setattr(kept, "display", lambda data, **how: self.shown.append((data, how)))
        monkeypatch.setattr(
            kept, "update_display", lambda data, **how: self.updates.append((data, how))
        )


@pytest.fixture
def outputs(monkeypatch):
    return Outputs(monkeypatch)


def test_a_view_is_shown_twice_recorded_and_live(opened, outputs):
    view = opened(client.main, serve)
    view._ipython_display_()
    (record, how), (live, _) = outputs.shown
    assert set(record) == {"text/html", "text/plain"}
    assert record["text/plain"] == view.text()
    assert recorded.conversation(record["text/html"])["rungs"] == []
    assert live[kept.WIDGET]["model_id"] == view.model_id
    assert live["text/plain"] == "", "its text form stands there once"
    assert how["display_id"]


def test_after_a_cell_the_notebook_has_what_happened_in_it(opened, outputs):
    view, other = opened(client.main, serve), opened(client.main, serve)
    view._ipython_display_()
    text = view.text()
    kept._keep_all()
    assert outputs.updates == [], "nothing has happened"
    view.stage.step("server")
    other.stage.step("server")
    kept._keep_all()
    kept._keep_all()
    [(data, how)] = outputs.updates
    assert how == outputs.shown[0][1]
    assert len(recorded.conversation(data["text/html"])["rungs"]) == 1
    assert data["text/plain"] == text, "as it was shown: a page that goes on is no other output"


def test_after_a_button_it_is_kept_soon(opened, outputs, monkeypatch):
    monkeypatch.setattr(kept, "KEEP_S", 0.01)
    view = opened(client.main, serve)
    view._ipython_display_()
    is_kept = threading.Event()
    update = kept.update_display
    monkeypatch.setattr(
        kept, "update_display", lambda data, **how: (update(data, **how), is_kept.set())
    )
    view._handle_custom_msg({"do": "step", "side": "server"}, [])
    assert is_kept.wait(WAIT_S)
    assert len(recorded.conversation(outputs.updates[-1][0]["text/html"])["rungs"]) == 1


def test_what_goes_wrong_while_it_is_kept_stops_no_button(opened, outputs, monkeypatch):
    monkeypatch.setattr(kept, "KEEP_S", 0.01)
    view = opened(client.main, serve)
    view._ipython_display_()
    tried, told = threading.Event(), queue.Queue()

    def breaks(*_, **__):
        tried.set()
        raise RuntimeError

    monkeypatch.setattr(kept, "update_display", breaks)
    view.send = told.put
    view._handle_custom_msg({"do": "step", "side": "server"}, [])
    assert tried.wait(WAIT_S)
    view._handle_custom_msg({"do": "step", "side": "server"}, [])
    while told.get(timeout=WAIT_S)["done"] < 2:
        pass


def test_nobody_steps_while_a_stage_is_recorded(opened):
    view = opened(client.main, serve)
    steps = threading.Thread(target=lambda: [view.stage.step("server") for _ in range(3)])
    with view.paused():
        steps.start()
        before = view.recorded()["rungs"]
        assert view.stage.trace == before == []
    steps.join(WAIT_S)
    assert [rung["name"] for rung in view.recorded()["rungs"]] == ["bind", "listen", "accept"]


def test_closing_keeps_the_last_state_and_then_nothing_more(opened, outputs):
    view = opened(client.main, serve)
    view._ipython_display_()
    view.stage.step("server")
    view.close()
    assert len(outputs.updates) == 1
    assert view not in kept.shown()
    view.changed()
    view.keep()
    kept._keep_all()
    assert len(outputs.updates) == 1


def test_a_replay_is_kept_once(replay, outputs):
    replay._ipython_display_()
    kept._keep_all()
    assert len(outputs.shown) == 2
    assert outputs.updates == []
