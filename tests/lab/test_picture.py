"""The picture to keep: it says what the trace says, parses, and is read on light and dark pages."""

import re
import socket
import sys
from xml.etree import ElementTree

import pytest

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import Stage, Trace, picture
from lenproto.lab.call import Call, Where
from lenproto.lab.views import Replay
from lenproto.wire import DEFAULT_IP

SVG = "{http://www.w3.org/2000/svg}"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})


@pytest.fixture(scope="module")
def told():
    """The trace of a whole conversation."""
    with Stage(client.main, serve, ["NAME", "EXIT"]) as stage:
        stage.run()
    return stage.trace


def texts(drawn, kind=""):
    """The texts of a picture, or those of one kind."""
    found = ElementTree.fromstring(drawn).iter(f"{SVG}text")
    return [each.text for each in found if kind in each.get("class", "")]


def numbers(drawn, tag, name):
    return [float(each.get(name)) for each in ElementTree.fromstring(drawn).iter(f"{SVG}{tag}")]


def test_it_holds_each_call_and_each_field(told):
    drawn = picture.svg(told)
    written = texts(drawn, "call")
    for call in told:
        assert any(text.startswith(call.text()) for text in written), call
    assert len(list(ElementTree.fromstring(drawn).iter(f"{SVG}rect"))) == 1 + len(told)
    assert texts(drawn, "label") == [
        "connection", 'handshake "Hi"', "greeting 48 bytes", 'request "NAME"', 'header "0004"', 'body "lena"',
        'request "EXIT"', "end of the stream",
    ]  # fmt: skip
    assert texts(drawn, "side") == ["client", "server"]
    assert str(told) in "".join(ElementTree.fromstring(drawn).find(f"{SVG}desc").itertext())


def test_nothing_stands_outside_and_no_label_on_another(told):
    drawn = picture.svg(told, ["a sentence that is far too long for one line of the picture, " * 4])
    [height] = {float(ElementTree.fromstring(drawn).get("height"))}
    assert max(numbers(drawn, "text", "y")) < height
    assert max(len(text) for text in texts(drawn, "call")) * picture.LETTER <= picture.LANE
    places = [
        (each.get("text-anchor"), each.get("y"))
        for each in ElementTree.fromstring(drawn).iter(f"{SVG}text")
        if "label" in each.get("class", "")
    ]
    assert len(set(places)) == len(places)


def test_bytes_that_look_like_tags_are_text():
    def evil(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi</svg>&<\0")

    with Stage(evil, serve) as stage:
        stage.run()
    assert 'request "</sv"' in texts(picture.svg(stage.trace), "label")


def test_what_no_xml_file_can_hold_is_left_out():
    where = Where("f\0", 1, "f.py")
    trace = Trace([Call("client\x01", "connect", ("\ud800", 1), where, 0.0, ended=0.1)])
    assert "\ufffd" in "".join(texts(picture.svg(trace)))


def test_a_call_that_waits_and_bytes_on_the_way_are_marked_and_the_deadlock_is_said(tmp_path):
    def reads_first(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"H")
            sock.recv(48)

    with Stage(reads_first, serve) as stage:
        stage.play("server", until="accept")
        stage.play("client", until="recv(48)")
        stage.picture(tmp_path / "away.svg")
        stage.run()
        stage.picture(tmp_path / "stuck.svg")
    away, stuck = ((tmp_path / name).read_text("utf-8") for name in ("away.svg", "stuck.svg"))
    assert 'on the way: handshake 1 of 2 "H"' in texts(away, "away")
    assert "client: about to recv(48), line" in "\n".join(texts(away))
    assert "recv(48)" in texts(stuck, "call")
    assert "… waits" in texts(stuck, "call")
    assert "Deadlock: the client waits for" in "\n".join(texts(stuck))
    assert stuck.count("box waits") == 2


def test_two_connections_have_numbers_and_lines_of_their_own_and_what_nobody_reads_is_lost():
    def calls_twice(ip, port):
        for _ in range(2):
            with socket.create_connection((ip, port)) as sock:
                sock.sendall(b"no")

    def accepts_twice(ip, port):
        with socket.create_server((ip, port)) as listener:
            for _ in range(2):
                listener.accept()[0].close()

    with Stage(calls_twice, accepts_twice) as stage:
        stage.run()
        drawn = picture.svg(stage.trace)
    assert {text[:3] for text in texts(drawn, "label")} == {"#1 ", "#2 "}
    assert any(text.startswith("#2 sendall") for text in texts(drawn, "call"))
    assert [text for text in texts(drawn, "away") if "lost" in text]
    assert "box other" in drawn
    assert re.search(r'class="arrow (?:away|quiet)? other"', drawn)


def test_an_svg_is_as_the_page_is_or_as_one_wants(told):
    assert "prefers-color-scheme: dark" in picture.svg(told)
    for dark, colours in ((False, picture.LIGHT), (True, picture.DARK)):
        drawn = picture.svg(told, dark=dark)
        assert "prefers-color-scheme" not in drawn
        assert f".page {{ fill: {colours['page']}; }}" in drawn


@pytest.mark.parametrize("colours", [picture.LIGHT, picture.DARK], ids=["light", "dark"])
def test_letters_stand_out(colours):
    """At least 4.5 to 1, as WCAG has it, on all that letters stand on."""

    def light(colour):
        digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [
            each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
        ]
        return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for letters, ground in (
        ("text", "page"), ("text", "shade"), ("text", "waits"), ("text", "failed"), ("faint", "page"),
        ("accent", "page"),
    ):  # fmt: skip
        pair = sorted((light(colours[letters]), light(colours[ground])))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (letters, ground)


def test_a_png_is_kept_in_both_themes(told, tmp_path):
    for dark in (None, True):
        told.picture(tmp_path / "talk.PNG", dark=dark)
        data = (tmp_path / "talk.PNG").read_bytes()
        assert data.startswith(PNG_HEAD)
        assert int.from_bytes(data[16:20]) == pytest.approx(
            picture.WIDTH * picture.PNG_SCALE, abs=2
        )


def test_without_the_library_a_png_says_what_to_install_and_an_svg_is_kept(
    told, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ImportError, match="pip install resvg-py"):
        told.picture(tmp_path / "talk.png")
    assert not (tmp_path / "talk.png").exists()
    told.picture(tmp_path / "talk.svg")
    assert ElementTree.parse(tmp_path / "talk.svg")


def test_what_cannot_be_kept_is_said(told, tmp_path):
    with pytest.raises(ValueError, match=r"kept as \.svg or \.png"):
        told.picture(tmp_path / "talk.jpeg")
    where = Where("f", 1, "f.py")
    long = Trace([Call("client", "sendall", b"", where, 0.0, ended=0.1) for _ in range(2000)])
    with pytest.raises(ValueError, match="2000 calls is too long"):
        long.picture(tmp_path / "long.png")


def test_stage_replay_and_a_saved_trace_give_the_same_picture(told, tmp_path):
    told.save(tmp_path / "talk.json")
    told.picture(tmp_path / "trace.svg")
    replay = Replay(tmp_path / "talk.json")
    replay.picture(tmp_path / "replay.svg")
    replay.close()
    assert (tmp_path / "trace.svg").read_bytes() == (tmp_path / "replay.svg").read_bytes()


def test_a_recorded_trace_names_its_actors():
    where = Where("f", 1, "f.py")
    calls = [
        Call(name, "connect", (DEFAULT_IP, 1), where, 0.0, ended=0.1, connection=number)
        for number, name in enumerate(("anna", "ben"), 1)
    ]
    assert [
        re.match(r"#\d (\w+)", text)[1] for text in texts(picture.svg(Trace(calls)), "call")
    ] == [
        "anna",
        "ben",
    ]
