"""Scenes in the stage's widget without a browser: locks, votes, steps that run by themselves, names, and notes."""

import socket
from html.parser import HTMLParser

import pytest
from helpers.stand_in import Page

from lenproto import client, server
from lenproto.lab import LabError
from lenproto.lab.views import Replay, Scene, StageView, recorded, stage

READY = [("server", "accept"), ("client", "connect")]


def serve(ip, port):
    server.main(ip, port)


def ask(ip, port):
    return client.main(ip, port)


def reads_first(ip, port):
    with socket.create_connection((ip, port)) as sock:
        sock.recv(48)


SCENES = [
    Scene("The handshake", "Who <b>waits?", ["the client", "the server"], played=READY, notes="Point at `recv(2)`."),
    Scene(
        "Two lines swapped",
        "And now?",
        {"an error": "fails", "both wait": "deadlock"},
        about=("client", "recv(48)"),
        client=reads_first,
        played=[*READY, "client"],
        steps=["client", "server", "server"],
        notes="Read it **aloud**.\n\nWho & what?",
    ),
    Scene("Look", typed=["NAME"]),
]  # fmt: skip


@pytest.fixture
def view(monkeypatch):
    monkeypatch.setattr(stage, "STEP_S", 0)
    with_scenes = StageView(ask, serve, scenes=SCENES, names={"server": "דנה"})
    yield with_scenes
    with_scenes.close()


def test_nobody_steps_before_the_class_has_chosen(view):
    page = Page(view)
    calls = page.calls()
    assert page.last["scene"] == {
        "number": 1,
        "votes": [0, 0],
        "is_open": True,
        "happened": None,
        "told": "",
    }
    for what in ("step", "run", "go on", "time out", "type"):
        assert page.does(what, side="server")["trouble"].startswith("The class has not chosen yet")
    assert page.calls() == calls
    assert page.does("settle")["scene"]["is_open"] is False
    assert page.does("step", side="server")["trouble"] == ""
    assert page.last["sides"]["server"]["state"] == "blocked"


def test_hands_are_counted_one_by_one_or_typed(view):
    page = Page(view)
    for _ in range(3):
        page.does("count", number=2, by=1)
    page.does("count", number=2, by=-1)
    assert page.does("count", number=1, hands=14)["scene"]["votes"] == [14, 2]
    assert "there is no choice 3" in page.does("count", number=3, by=1)["trouble"]
    page.does("settle")
    assert "Start again" in page.does("count", number=1, by=1)["trouble"]
    assert page.does("start again")["scene"]["votes"] == [0, 0]
    assert page.last["scene"]["is_open"] is True


def test_the_steps_of_a_scene_run_and_mark_what_really_happened(view):
    page = Page(view)
    page.does("scene", number=2)
    assert page.last["sides"]["client"]["call"] == "recv(48)"
    page.does("count", number=1, by=1)
    told = page.does("settle")
    assert told["deadlock"].startswith("Deadlock")
    assert (told["scene"]["happened"], told["scene"]["told"]) == (1, "both wait")
    assert told["playing"] is False
    assert (view.ballot.votes, view.ballot.happened) == ([1, 0], 1)


def test_going_back_in_time_takes_back_what_has_come_true(view):
    page = Page(view)
    page.does("scene", number=2)
    page.does("settle")
    last = max(page.rungs)
    told = page.does("go on", calls=last - 1)
    assert (told["scene"]["happened"], told["scene"]["is_open"]) == (None, False)
    assert page.does("step", side="server")["scene"]["told"] == "both wait"


def test_a_scene_is_as_it_was_left_and_has_programs_of_its_own(view):
    page = Page(view)
    page.does("count", number=1, by=1)
    page.does("settle")
    page.does("step", side="server")
    left = page.calls()
    page.rungs.clear()
    page.does("scene", number=3)
    assert (page.calls(), page.last["scene"]["is_open"]) == ([], False)
    page.does("run")
    assert "NAME" in "".join(text for _, text in page.printed["client"])
    page.rungs.clear()
    told = page.does("scene", number=1)
    assert page.calls() == left
    assert told["scene"]["votes"] == [1, 0]
    assert "there is no scene 4: there are 3" in page.does("scene", number=4)["trouble"]
    assert page.last["scene"]["number"] == 1


def test_the_same_from_a_box(view):
    view.go_to_scene(2)
    view.count(2, 21)
    view.settle()
    assert (view.ballot.votes, view.ballot.told) == ([0, 21], "both wait")
    assert view.text().startswith("Scene 2 · Two lines swapped\nAnd now?\n  ( ) an error\n")
    view.close()
    with pytest.raises(LabError, match="closed"):
        view.go_to_scene(1)


def test_a_function_of_the_teacher_that_goes_wrong_stops_nothing():
    def wrong(stage):
        raise ZeroDivisionError

    view = StageView(ask, serve, scenes=[Scene("x", "?", {"a": wrong})])
    page = Page(view)
    page.does("settle")
    assert "ZeroDivisionError" in page.does("step", side="server")["trouble"]
    assert page.calls() == ['bind("127.0.0.1", port)']
    view.close()


def test_scenes_of_which_one_has_no_program_make_no_view():
    with pytest.raises(LabError, match="has no client and no server"):
        StageView(server=serve, scenes=SCENES)


def test_names_are_told_and_can_be_changed(view):
    page = Page(view)
    assert page.last["names"] == {"server": "דנה"}
    view.names = {"client": "Yossi"}
    assert page.hear()["names"] == {"client": "Yossi"}
    replay = Replay(view.trace, names={"client": "Yossi"})
    assert replay.recorded()["names"] == {"client": "Yossi"}
    replay.close()


def test_what_is_kept_of_a_stage_tells_nothing_of_a_class(view):
    view.count(1, 21)
    told = recorded.conversation(recorded.as_output(view))
    assert "scene" not in told
    assert "aloud" not in str(told)
    assert all("notes" not in scene for scene in view.scenes)


class Told(HTMLParser):
    """What a page shows as text, by the element in which it stands."""

    def __init__(self, text):
        super().__init__()
        self.texts, self._open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self._open[-1], data.strip()))


def test_the_notes_of_the_teacher_in_a_file(view, tmp_path):
    view.notes_page(tmp_path / "notes.html")
    texts = Told((tmp_path / "notes.html").read_text("utf-8")).texts
    assert ("h2", "Scene 2 · Two lines swapped") in texts
    assert ("p", "Who <b>waits?") in texts
    assert ("code", "recv(2)") in texts
    assert ("b", "aloud") in texts
    assert [text for tag, text in texts if tag == "li"] == [
        "the client",
        "the server",
        "an error",
        "both wait",
    ]
    assert ("p", "Who & what?") in texts
