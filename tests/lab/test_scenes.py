"""Scenes on a stage: which of the choices comes true, what one finds who comes back, what is written wrong."""

import socket

import pytest

from lenproto import check_client, initial_contact, initial_listen
from lenproto.lab import LabError, Stage
from lenproto.lab.scenes import Ballot, Programme, Scene, play

SHAKEN = [("server", "accept"), ("client", "recv(48)"), ("server", "recv(4)")]


def in_pieces(ip, port):
    with initial_listen(ip, port) as server_socket:
        client_socket, _ = check_client(server_socket)
        with client_socket:
            for piece in (b"00", b"10", b"2026-11-22"):
                client_socket.sendall(piece)


def trusting(ip, port):
    _, _, client_socket = initial_contact(ip, port)
    with client_socket:
        client_socket.sendall(b"TIME")
        client_socket.recv(4)
        client_socket.recv(4)


def reads_first(ip, port):
    with socket.create_connection((ip, port)) as sock:
        sock.recv(48)


def refused(ip, port):
    with socket.create_connection((ip, port)):
        pass


CHOICES = {"waits": "waits", "gets 2": 2, "gets 4": b"0010", "fails": "fails"}


@pytest.fixture
def asked():
    """asked(scene, steps) settles, plays these steps, and gives the ballot; one look after each step."""
    stages = []

    def ask(scene, steps, client=trusting, server=in_pieces):
        stage = Stage(client, server).start()
        stages.append(stage)
        play(stage, scene.played)
        ballot = Ballot(scene, len(stage.trace))
        ballot.settle()
        for each in steps:
            play(stage, [each])
            ballot.look(stage)
        return ballot

    yield ask
    for stage in stages:
        stage.close()


def header(choices, played=()):
    about = "client", "recv(4)"
    return Scene("header", "?", choices, about, played=[*SHAKEN, about, *played])


@pytest.mark.parametrize(
    "steps, happened",
    [
        ([("server", "sendall"), "client"], "waits"),  # nothing was sent before it reads
        ([("server", "sendall"), "server", "client"], "gets 2"),
        ([("server", "sendall"), "server", "server", "client"], "gets 4"),
    ],
)
def test_what_happened_is_told_by_the_call_that_the_question_is_about(asked, steps, happened):
    ballot = asked(header(CHOICES), steps)
    assert (ballot.scene.texts[ballot.happened], ballot.told) == (happened, happened)


def test_what_has_come_true_stays_so(asked):
    ballot = asked(header(CHOICES), [("server", "sendall"), "client", "server", "server"])
    assert ballot.told == "waits"
    ballot.forget()
    assert (ballot.happened, ballot.told) == (None, "")


def test_a_call_that_has_waited_is_known_afterwards(asked):
    scene = header({"waits": "waits", "gets 2": 2})
    ballot = asked(scene, [("server", "sendall"), "client", "server"])
    assert ballot.told == "waits"


def test_none_of_the_choices_is_an_answer_too(asked):
    ballot = asked(header({"gets 3": 3, "fails": "fails"}), [("server", None), "client"])
    assert ballot.happened is None
    assert ballot.told == "none of these: recv(4) 4 bytes"


def test_nothing_is_told_before_the_class_has_chosen(asked):
    with Stage(trusting, in_pieces) as stage:
        ballot = Ballot(header(CHOICES))
        stage.run()
        ballot.look(stage)
        assert ballot.told == ""
        ballot.settle()
        ballot.look(stage)
        assert ballot.told == "waits", "the first one that is true"


def test_both_sides_stuck_and_one_that_can_still_be_freed(asked):
    played = [("server", "accept"), ("client", "recv(48)"), ("server", "recv(2)")]
    about = "client", "recv(48)"
    scene = Scene("swapped", "?", {"for ever": "stuck", "gets": 48}, about, played=played)
    ballot = asked(scene, ["client"], client=reads_first)
    assert ballot.told == "", "the server can still be stepped"
    ballot = asked(scene, ["client", "server"], client=reads_first)
    assert ballot.told == "for ever"
    both = Scene("swapped", "?", {"no": lambda stage: False, "yes": "deadlock"}, played=played)
    assert asked(both, ["client", "server"], client=reads_first).happened == 1


def test_a_call_that_fails_or_returns(asked):
    choices = {"is refused": "fails", "is connected": "returns"}
    scene = Scene("nobody listens", "?", choices, about=("client", "connect"))
    assert asked(scene, ["client"], client=refused).told == "is refused"
    listening = [("server", "accept")]
    assert asked(scene, [*listening, "client"], client=refused).told == "is connected"


def test_a_list_of_choices_is_never_decided(asked):
    ballot = asked(Scene("opinions", "?", ["a", "b"]), ["server", "server"])
    assert (ballot.happened, ballot.told) == (None, "")


def test_hands_are_counted_until_the_class_has_chosen():
    ballot = Ballot(Scene("x", "?", ["a", "b"]))
    ballot.count(1, 12)
    ballot.count(0, -1)
    assert ballot.votes == [0, 12]
    for choice in (2, -1):
        with pytest.raises(LabError, match="there are 2"):
            ballot.count(choice, 1)
    ballot.settle()
    with pytest.raises(LabError, match="Start again to vote anew"):
        ballot.count(0, 1)


def test_a_scene_without_choices_asks_nobody():
    assert not Ballot(Scene("x", "Look!")).is_open


@pytest.mark.parametrize(
    "written, said",
    [
        ({"choices": "it waits"}, "are a list"),
        ({"choices": {"it waits": "wait"}}, "'deadlock', 'fails', 'returns', 'stuck', 'waits'"),
        ({"choices": {"it waits": "waits"}}, "say which with about"),
        ({"choices": {"two": 2}}, "say which with about"),
        ({"about": "recv(4)"}, "a side and a call"),
        ({"about": ("clint", "recv(4)")}, "a side and a call"),
    ],
    ids=str,
)
def test_what_is_written_wrong_is_said_at_once(written, said):
    with pytest.raises(LabError, match=said):
        Scene("x", "?", **written)


def test_a_scene_needs_two_programs():
    with pytest.raises(LabError, match='"x" has no client and no server'):
        Programme([Scene("x", client=trusting)], Scene(""))


def test_a_scene_that_is_gone_back_to_is_as_it_was_left():
    scenes = [header(CHOICES), Scene("swapped", client=reads_first)]
    programme = Programme(scenes, Scene("", client=trusting, server=in_pieces))
    stage = programme.begin()
    programme.ballot.count(1, 5)
    programme.ballot.settle()
    play(stage, [("server", "sendall"), "server"])
    before = [call.text() for call in stage.trace]
    stage = programme.change(2, stage)
    assert (programme.scene.title, [*stage.trace]) == ("swapped", [])
    assert stage.address
    stage = programme.change(1, stage)
    assert [call.text() for call in stage.trace] == before
    assert programme.told() == {
        "number": 1,
        "votes": [0, 5, 0, 0],
        "is_open": False,
        "happened": None,
        "told": "",
    }
    for number in (0, 3):
        with pytest.raises(LabError, match=f"no scene {number}: there are 2"):
            programme.change(number, stage)
    stage.close()
