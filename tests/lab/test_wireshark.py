"""The dissector, in the real tshark: it names every field of a conversation as the package's own table does."""

import shutil
import subprocess
import sys

import pytest
from helpers.places import ROOT
from helpers.watching import call, trace_of

from lenproto import answers, initial_contact, send_requests
from lenproto.lab import Background, Stage, typed, wireshark
from lenproto.lab.http_fields import HttpCutter
from lenproto.lab.shocks.staged import program
from lenproto.server import main as server_program
from lenproto.wire import greeting

TSHARK = shutil.which("tshark")
real = pytest.mark.skipif(not TSHARK, reason="no tshark on this computer: apt install tshark")
ANSWERS = {
    "TIME": lambda: "2026-11-22 09:30:00",
    "NAME": lambda: "שלום",
    "NONE": lambda: "",
}
ANSWERS_OF_THE_LESSON = answers.ANSWERS | {"NAME": lambda: "lena"}
GREETING = greeting(ANSWERS)
STRICT = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")


@pytest.fixture
def tshark(tmp_path):
    """tshark(trace, *options): the lines that it prints of a trace, read with our dissector."""
    script = tmp_path / wireshark.FILE
    script.write_text(wireshark.dissector(), encoding="utf-8")

    def read(trace, *options):
        file = tmp_path / "talk.pcapng"
        trace.save(file)
        # a home of its own: no dissector that is installed is read, too
        told = subprocess.run(
            [TSHARK, *STRICT, "-X", f"lua_script:{script}", "-r", file, *options],
            capture_output=True,
            env={"HOME": str(tmp_path), "PATH": ""},
            encoding="utf-8",
            check=True,
        )
        assert "Lua" not in told.stderr, told.stderr
        return told.stdout.splitlines()

    return read


def named(tshark, trace, *options):
    """Each field that tshark names, as (packet by packet) its name and text."""
    columns = [option for name in wireshark.NAMES for option in ("-e", f"lenproto.{name}")]
    form = ("-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", *columns)
    found = []
    for line in tshark(trace, "-Y", "lenproto", *form, *options):
        texts = zip(wireshark.NAMES, (cell.split("|") for cell in line.split("\t")), strict=True)
        found.append({name: cell for name, cell in texts if cell != [""]})
    return found


def ours(trace):
    """The same by the package's own table."""
    found = {}
    for field in trace.fields():
        found.setdefault(field.name, []).append(field.data.decode("utf-8"))
    return found


def by_name(packets):
    found = {}
    for packet in packets:
        for name, texts in packet.items():
            found.setdefault(name, []).extend(texts)
    return found


@pytest.fixture
def talk():
    with Background(answers=ANSWERS) as server, server.record() as trace:
        _, said, client_socket = initial_contact(*server.address)
        send_requests(said, client_socket, ask=typed("TIME", "NAME", "NONE", "x", "EXIT"))
    return trace


@real
@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
def test_it_names_every_field_of_a_conversation(tshark, talk, passes):
    packets = named(tshark, talk, *passes)
    assert by_name(packets) == ours(talk)
    assert packets[0] == {"handshake": ["Hi"]}
    assert packets[3] == {"header": ["0019"], "body": ["2026-11-22 09:30:00"]}
    assert packets[5] == {"header": ["0008"], "body": ["שלום"]}
    assert packets[7] == {"header": ["0000"]}


def dripped(*pieces):
    """A trace of a conversation whose bytes come in these pieces; a text is the client's."""
    says = [
        call("client", "sendall", piece.encode())
        if isinstance(piece, str)
        else call("server", "sendall", piece)
        for piece in pieces
    ]
    return trace_of(call("server", "accept", None, ("127.0.0.1", 1)), *says)


@real
@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 49, 100])
def test_however_tcp_cuts_them_the_fields_are_the_same(tshark, size, passes):
    client, server = "HiTIMENAMEEXIT", GREETING + b"0003abc" + b"0000" + b"0012" + b"0123456789ab"
    pieces = [client[at : at + size] for at in range(0, len(client), size)]
    pieces += [server[at : at + size] for at in range(0, len(server), size)]
    trace = dripped(*pieces)
    assert by_name(named(tshark, trace, *passes)) == ours(trace)


@real
@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
def test_after_a_header_that_is_none_nothing_has_a_name(tshark, passes):
    trace = dripped("HiNAME", GREETING + b"0004lena4x2!", b"0004", b"noa")
    fields = by_name(named(tshark, trace, *passes))
    assert fields["body"] == ["lena"]
    assert fields["header"] == ["0004", "4x2!"]
    assert "".join(fields["unknown"]) == "0004noa"


@real
def test_wireshark_finds_nothing_wrong_with_the_packets(tshark, talk):
    wrong = "tcp.analysis.flags || _ws.malformed || tcp.checksum.status==0 || ip.checksum.status==0"
    assert tshark(talk, "-Y", wrong) == []
    assert len(tshark(talk, "-Y", "tcp.checksum.status==1 && ip.checksum.status==1")) == 29


@real
@pytest.mark.parametrize("shock", ["resets after an answer", "leaves in a request", "half-closes"])
def test_nor_with_those_of_a_client_that_misbehaves(tshark, shock):
    with Stage(program(shock), server_program) as stage:
        stage.run()
    assert tshark(stage.trace, "-Y", "tcp.analysis.flags || _ws.malformed") == []
    assert by_name(named(tshark, stage.trace))["handshake"] == ["Hi"]


@real
def test_one_can_filter_by_a_field(tshark, talk):
    (line,) = tshark(talk, "-Y", 'lenproto.body == "שלום"')
    assert line.endswith("header 0008, body שלום")


@real
def test_lesson_9_shows_what_it_says(tshark):
    with Background(answers=ANSWERS_OF_THE_LESSON) as server, server.record() as trace:
        _, said, client_socket = initial_contact(*server.address)
        send_requests(said, client_socket, ask=typed("NAME", "EXIT"))
    columns = ("_ws.col.No.", "_ws.col.Protocol", "_ws.col.Length", "_ws.col.Info")
    told = tshark(
        trace,
        "-Y",
        "lenproto",
        "-T",
        "fields",
        *(part for name in columns for part in ("-e", name)),
    )
    lines = ["{}  127.0.0.1 → 127.0.0.1  {}   {}  {}".format(*line.split("\t")) for line in told]
    lesson = (ROOT / "notebooks" / "en" / "09_beyond.ipynb").read_text("utf-8")
    assert len(lines) == 5
    assert [line for line in lines if line not in lesson] == []


@real
def test_what_a_stage_saved_of_http_is_http_to_wireshark(tshark):
    trace = trace_of(
        call("server", "accept", None, ("127.0.0.1", 1)),
        call("client", "sendall", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        call("server", "sendall", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
        call("server", "sendall", b"lena"),
    )
    trace.cutter = HttpCutter
    names = ("http.request.method", "http.response.code", "http.content_length", "http.file_data")
    form = ["-T", "fields", *(part for name in names for part in ("-e", name))]
    told = "\n".join(tshark(trace, "-Y", "http", *form)).split()
    assert {"GET", "200", "4", "lena"} == set(told)


@real
def test_a_server_at_another_port_is_read_as_well(tmp_path, talk):
    talk.save(tmp_path / "talk.pcapng")
    (tmp_path / "other.lua").write_text(wireshark.dissector(50001), encoding="utf-8")
    options = ["-X", f"lua_script:{tmp_path / 'other.lua'}", "-r", tmp_path / "talk.pcapng"]
    told = subprocess.run(
        [TSHARK, *options, "-Y", 'lenproto.handshake == "He"'],
        capture_output=True,
        env={"HOME": str(tmp_path), "PATH": ""},
        encoding="utf-8",
    )
    # seen from there the server is a client, whose first two bytes are its handshake
    assert told.stdout


@real
def test_installed_it_is_found_without_being_named(tmp_path, monkeypatch, talk):
    monkeypatch.setenv("HOME", str(tmp_path))
    file = wireshark.install()
    talk.save(tmp_path / "talk.pcapng")
    told = subprocess.run(
        [TSHARK, "-r", tmp_path / "talk.pcapng", "-Y", "lenproto.handshake"],
        capture_output=True,
        env={"HOME": str(tmp_path), "PATH": ""},
        encoding="utf-8",
    )
    assert file.is_relative_to(tmp_path)
    assert "handshake Hi" in told.stdout


@pytest.mark.parametrize(
    ("platform", "ends"),
    [("win32", ("Wireshark", "plugins")), ("darwin", ("wireshark", "plugins"))],
)
def test_the_folder_is_the_one_of_the_system(monkeypatch, tmp_path, platform, ends):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("APPDATA", str(tmp_path))
    assert wireshark.plugins().parts[-2:] == ends


def test_the_table_at_its_head_is_the_one_that_names_our_own_bytes():
    head = wireshark.dissector(9000).split("\n\n")[0]
    assert (
        'local FIRST = { ["client"] = { "handshake", 2 }, ["server"] = { "greeting", 48 } }' in head
    )
    assert 'local NEXT = { ["client"] = { "request", 4 }, ["server"] = { "header", 4 } }' in head
    assert "local PORT = 9000" in head
