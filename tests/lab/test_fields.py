"""Which byte is which field, also when the bytes come little by little."""

import pytest

from lenproto.lab.fields import MOST_FIELDS, Cutter, fields

CLIENT = b"HiNAMERANDEX"
SERVER = b"Hello".ljust(48) + b"0004lena" + b"0000" + b"0003" + b"abc" + b"00"
LOST = SERVER + b"0xand then anything 0004"


def named(cutter):
    return [(span.name, span.start, min(span.stop, cutter.length)) for span in cutter.spans()]


@pytest.mark.parametrize(
    "sender, stream",
    [("client", CLIENT), ("server", SERVER), ("server", LOST), (None, b"what is this")],
)
@pytest.mark.parametrize("piece", [1, 2, 3, 5, 7, 1000])
def test_pieces_do_not_matter(sender, stream, piece):
    cutter = Cutter(sender)
    for at in range(0, len(stream), piece):
        cutter.feed(stream[at : at + piece])
        assert named(cutter) == fields(sender, stream[: at + piece])
    assert b"".join(stream[a:b] for _, a, b in named(cutter)) == stream


def test_every_field_of_a_server_is_named():
    assert fields("server", SERVER) == [
        ("greeting", 0, 48),
        ("header", 48, 52),
        ("body", 52, 56),
        ("header", 56, 60),
        ("header", 60, 64),
        ("body", 64, 67),
        ("header", 67, 69),
    ]
    assert fields("server", LOST)[-2:] == [("header", 67, 71), ("unknown", 71, len(LOST))]


def test_every_field_of_a_client_is_named():
    assert fields("client", CLIENT) == [
        ("handshake", 0, 2),
        ("request", 2, 6),
        ("request", 6, 10),
        ("request", 10, 12),
    ]


@pytest.mark.parametrize("start", range(0, 70, 3))
def test_a_cut_holds_what_lies_in_its_range(start):
    cutter = Cutter("server")
    cutter.feed(SERVER)
    for stop in range(start + 1, len(SERVER) + 1):
        pieces = cutter.cut(start, stop)
        assert pieces[0][1] == start
        assert "".join(SERVER[a:b].decode() for _, a, b in pieces) == SERVER[start:stop].decode()
        assert all(span.start <= a < b <= span.stop for span, a, b in pieces)


def test_a_cut_of_an_incomplete_field_knows_how_many_bytes_it_will_have():
    cutter = Cutter("server")
    cutter.feed(SERVER)
    [(span, start, stop)] = cutter.cut(67, 69)
    assert (span.name, span.start, span.size, start, stop) == ("header", 67, 4, 67, 69)


def test_a_flood_has_only_so_many_fields():
    cutter = Cutter("client")
    cutter.feed(b"Hi" + b"x" * 4 * 2 * MOST_FIELDS)
    assert len(cutter.spans()) == MOST_FIELDS + 1
    assert cutter.spans()[-1].name == "unknown"
