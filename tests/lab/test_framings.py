"""The shocks of protocols that tell otherwise where a message ends: the same ones, cut at the same shares."""

import struct

import pytest

from lenproto import initial_listen, server
from lenproto.answers import ANSWERS, answer_to
from lenproto.lab.shocks.expose import expose
from lenproto.lab.shocks.framings import BINARY, LINES, OURS
from lenproto.lab.shocks.script import Flood, NotMet, Send
from lenproto.lab.shocks.table import server_shocks
from lenproto.lab.views import ShockTable
from lenproto.wire import greeting, recv_exactly

FRAMINGS = {"binary": BINARY, "lines": LINES}


def said(shock):
    return b"".join(step.data for step in shock.script if isinstance(step, Send))


def named(name, framing=OURS):
    return next(each for each in server_shocks(1.0, framing=framing) if each.id == name)


def send_number(sock, text):
    body = text.encode("utf-8")
    sock.sendall(struct.pack("!H", len(body)) + body)


def receive_number(sock):
    header = recv_exactly(sock, 2)
    body = recv_exactly(sock, *struct.unpack("!H", header)) if len(header) == 2 else b""
    whole = len(header) == 2 and len(body) == struct.unpack("!H", header)[0]
    return body.decode("ascii", "backslashreplace") if whole else ""


def send_line(sock, text):
    sock.sendall(text.encode("utf-8") + b"\n")


def receive_line(sock):
    line = b""
    while not line.endswith(b"\n"):
        piece = sock.recv(1)
        if not piece:
            return ""
        line += piece
    return line[:-1].decode("ascii", "backslashreplace")


def program(send, receive):
    """A hardened server of such a protocol."""

    def serve(ip, port, *, answers=ANSWERS, timeout_s=300):
        with initial_listen(ip, port) as server_socket:
            while True:
                client_socket, _ = server_socket.accept()
                with client_socket:
                    client_socket.settimeout(timeout_s)
                    try:
                        if recv_exactly(client_socket, 2) != b"Hi":
                            continue
                        client_socket.sendall(greeting(answers))
                        while (request := receive(client_socket)) not in ("", "EXIT"):
                            send(client_socket, answer_to(request, answers))
                    except OSError:
                        continue

    return serve


SERVERS = {
    "binary": program(send_number, receive_number),
    "lines": program(send_line, receive_line),
}


def test_ours_is_the_table_as_it_stands():
    for shock in server_shocks(1.0):
        assert OURS.script(shock.script) == tuple(shock.script)


@pytest.mark.parametrize(
    ("framing", "talk"),
    [
        ("binary", b"Hi\0\4NAME\0\4RAND\0\4EXIT"),
        ("lines", b"HiNAME\nRAND\nEXIT\n"),
    ],
)
def test_a_conversation_is_framed(framing, talk):
    assert said(named("all at once", FRAMINGS[framing])) == talk


def test_half_a_request_is_half_a_frame():
    assert said(named("leaves in a request", BINARY)) == b"Hi\0\4N"
    assert said(named("leaves in a request", LINES)) == b"HiNA"


@pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS)
def test_each_cut_is_another_place_and_no_byte_is_lost(framing):
    cuts = [named(f"cut after byte {n}", framing) for n in range(1, 14)]
    firsts = [cut.script[0].data for cut in cuts]
    assert len({*map(len, firsts)}) == 13
    assert {said(cut) for cut in cuts} == {said(named("all at once", framing))}


def test_who_does_not_speak_the_protocol_says_the_same_in_all():
    assert named("speaks HTTP", BINARY).script == named("speaks HTTP").script


def test_a_flood_is_one_of_frames():
    (flood,) = [step for step in named("never reads", LINES).script if isinstance(step, Flood)]
    assert flood.data == b"????\n"


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("family", ["cuts", "leaves", "resets", "silent", "rubbish", "greedy"])
def test_a_careful_server_withstands_them(name, family):
    shocks = [each for each in server_shocks(300, framing=FRAMINGS[name]) if each.family == family]
    assert shocks
    fates = {shock.id: str(expose(shock, SERVERS[name])) for shock in shocks}
    assert {id: fate for id, fate in fates.items() if not fate.startswith("✓")} == {}


def test_a_server_of_our_protocol_does_not_pass_for_one_of_another():
    assert not expose(named("polite", BINARY), server.main).held
    assert not expose(named("polite"), SERVERS["lines"]).held


def test_who_takes_a_piece_for_the_number_is_found_out():
    hasty = program(send_number, lambda sock: receive_hasty(sock))

    def receive_hasty(sock):
        header = sock.recv(2)
        (length,) = struct.unpack("!H", header.rjust(2, b"\0"))
        return sock.recv(length).decode("ascii", "backslashreplace")

    assert not expose(named("one byte at a time", BINARY), hasty).held


def test_a_table_of_shocks_has_servers_of_several_protocols_side_by_side():
    table = ShockTable(
        {"digits": server.main, **SERVERS}, shocks=["polite", "cut after byte 3"], framings=FRAMINGS
    )
    table.run()
    assert [table.held(name) for name in ("digits", *SERVERS)] == [2, 2, 2]
    table.close()


@pytest.mark.parametrize(
    ("framing", "comes", "problem"),
    [
        (BINARY, b"\0", "the connection ended after 1 of 2 header bytes"),
        (BINARY, b"\0\4le", "the connection ended after 2 of 4 bytes of answer"),
        (LINES, b"len", "the connection ended after 3 bytes without a newline"),
    ],
)
def test_an_answer_that_breaks_off_is_none(framing, comes, problem):
    left = bytearray(comes)

    def receive(n):
        piece = bytes(left[:n])
        del left[:n]
        return piece

    with pytest.raises(NotMet) as raised:
        framing.read(receive)
    assert str(raised.value.words) == problem
