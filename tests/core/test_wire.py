"""The bytes: fields collected whole, frames that count bytes, a greeting of 48."""

import itertools
import socket
import struct
import threading
import time

import pytest
from helpers.peers.bare import TIME_LIMIT_S, SmallPieces

from lenproto.answers import ANSWERS
from lenproto.errors import ProtocolError
from lenproto.wire import body_length, frame, greeting, readable, recv_exactly


@pytest.mark.parametrize("piece_bytes", [1, 3, 7, 48])
def test_a_field_in_pieces_is_collected_whole(connected_pair, piece_bytes):
    client_socket, server_socket = connected_pair
    server_socket.sendall(bytes(range(48)))
    with SmallPieces.of(client_socket, piece_bytes) as receiving:
        assert recv_exactly(receiving, 48) == bytes(range(48))


def test_no_byte_of_the_next_field_is_taken(connected_pair):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"0003abc")
    assert recv_exactly(client_socket, 4) == b"0003"
    assert client_socket.recv(100) == b"abc"


@pytest.mark.parametrize("sent", [b"", b"T", b"TIM"])
def test_the_end_of_the_stream_gives_what_came_before_it(connected_pair, sent):
    client_socket, server_socket = connected_pair
    client_socket.sendall(sent)
    client_socket.shutdown(socket.SHUT_WR)
    assert recv_exactly(server_socket, 4) == sent


def test_a_body_of_no_bytes_is_there_at_once(connected_pair):
    client_socket, _ = connected_pair
    assert recv_exactly(client_socket, 0) == b""


def test_silence_is_a_timeout(connected_pair):
    client_socket, _ = connected_pair
    client_socket.settimeout(0.05)
    with pytest.raises(TimeoutError):
        recv_exactly(client_socket, 4)


def test_the_time_limit_holds_for_the_whole_field_not_for_each_piece(connected_pair):
    client_socket, server_socket = connected_pair
    given_up = threading.Event()

    def drip():  # each byte comes well inside the limit, all hundred of them would take 4 s
        while not given_up.wait(0.04):
            server_socket.send(b"x")

    client_socket.settimeout(0.1)
    dripping = threading.Thread(target=drip)
    dripping.start()
    started = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            recv_exactly(client_socket, 100)
        assert time.monotonic() - started >= 0.09
        assert client_socket.gettimeout() == 0.1, "the limit is there again for the next field"
    finally:
        given_up.set()
        dripping.join()


class Clock:
    """A clock that jumps: each time it is read, an hour has passed, or what is given."""

    def __init__(self, seconds=3600):
        self.seconds = itertools.count(0, seconds)

    def monotonic(self):
        return next(self.seconds)


def test_the_time_limit_holds_to_the_end_of_the_field(connected_pair, monkeypatch):
    client_socket, server_socket = connected_pair

    limits = []

    class TellsItsLimit(socket.socket):
        def settimeout(self, limit_s):
            limits.append(round(limit_s, 3))
            super().settimeout(limit_s)

    with TellsItsLimit(fileno=client_socket.detach()) as sock:
        sock.settimeout(0.4)
        server_socket.send(b"x")
        monkeypatch.setattr("lenproto.wire.time", Clock(0.1))
        with pytest.raises(TimeoutError):
            recv_exactly(sock, 4)
    assert limits == [0.4, 0.3, 0.4], "it does not begin anew with the late byte"


def test_bytes_that_are_there_are_taken_even_where_the_time_is_over(connected_pair, monkeypatch):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"0017")
    monkeypatch.setattr("lenproto.wire.time", Clock())
    with SmallPieces.of(client_socket) as receiving:
        receiving.settimeout(0.1)
        assert recv_exactly(receiving, 4) == b"0017"


def test_bytes_that_are_not_there_when_the_time_is_over_are_not_waited_for(
    connected_pair, monkeypatch
):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"001")
    monkeypatch.setattr("lenproto.wire.time", Clock())
    client_socket.settimeout(TIME_LIMIT_S)
    started = time.perf_counter()
    with pytest.raises(TimeoutError):
        recv_exactly(client_socket, 4)
    assert time.perf_counter() - started < TIME_LIMIT_S / 2


@pytest.mark.parametrize("n, asked", [(0, []), (2, [2, 1]), (300, [*range(300, 0, -1)])])
def test_no_more_is_asked_for_than_is_missing_and_not_once_too_often(connected_pair, n, asked):
    class Remembers(SmallPieces):
        def recv(self, most):
            heard.append(most)
            return super().recv(most)

    heard = []
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"x" * (n + 1))
    with Remembers.of(client_socket) as receiving:
        recv_exactly(receiving, n)
    assert heard == asked


@pytest.mark.parametrize(
    "data, encoding, text",
    [
        (b"lena", "utf-8", "lena"),
        ("שלום\n".encode(), "utf-8", "שלום\n"),
        (b"\x1b[2J\x07", "utf-8", r"\x1b[2J\x07"),
        (b"\xff\r\t", "utf-8", r"\xff\r\t"),
        (b"\xd7\xa9", "ascii", r"\xd7\xa9"),
        ("\u202e".encode(), "utf-8", r"\u202e"),
    ],
)
def test_bytes_for_a_screen_hold_no_letter_that_could_disturb_it(data, encoding, text):
    assert readable(data, encoding) == text


def test_a_socket_without_a_time_limit_is_served_too(connected_pair):
    client_socket, server_socket = connected_pair
    client_socket.settimeout(None)
    server_socket.sendall(b"0017")
    with SmallPieces.of(client_socket) as receiving:
        assert receiving.gettimeout() is None
        assert recv_exactly(receiving, 4) == b"0017"


@pytest.mark.parametrize(
    "text, sent",
    [
        ("", b"0000"),
        ("7", b"00017"),
        ("2024-01-31 12:00:00", b"00192024-01-31 12:00:00"),
        ("שלום", b"0008\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"),
        ("🙂", b"0004\xf0\x9f\x99\x82"),
        ("\0", b"0001\0"),
    ],
)
def test_a_frame_counts_bytes_not_characters(text, sent):
    assert frame(text) == sent


def test_a_frame_is_read_back_by_struct():
    header, body = struct.unpack("4s9s", frame("Ünïcöd"))
    assert (int(header), body.decode()) == (9, "Ünïcöd")


def test_the_largest_body_has_9999_bytes():
    assert frame("x" * 9999) == b"9999" + b"x" * 9999
    with pytest.raises(ValueError, match="10000"):
        frame("x" * 10000)
    with pytest.raises(ValueError, match="10000"):
        frame("ש" * 5000)  # 5,000 characters


def test_what_utf8_cannot_say_is_a_value_error():
    with pytest.raises(UnicodeEncodeError):
        frame("\udcff")


@pytest.mark.parametrize(
    "header, length", [(b"0000", 0), (b"0008", 8), (b"0017", 17), (b"9999", 9999)]
)
def test_a_header_is_four_digits(header, length):
    assert body_length(header) == length


@pytest.mark.parametrize(
    "header",
    [
        b"4x2!",
        b"-001",
        b"+017",
        b"  17",
        b"17  ",
        b"1_00",
        b"0x10",
        b"1e03",
        b"1.00",
        b"\0\0\0\x11",
        b"\xb2\xb2\xb2\xb2",
        b"\xd9\xa1\xd9\xa2",
        b"17\r\n",
    ],
)
def test_what_is_no_number_is_no_header(header):
    with pytest.raises(ProtocolError, match="four digits"):
        body_length(header)


@pytest.mark.parametrize("header", [b"0", b"00", b"001"])
def test_a_header_that_was_cut_off_is_no_header(header):
    with pytest.raises(ProtocolError, match=f"{len(header)} of 4"):
        body_length(header)


def test_the_default_greeting_is_48_bytes_to_the_letter():
    sentence = b"Hello! You can ask for: TIME, NAME, RAND or EXIT"
    assert len(sentence) == 48
    assert greeting(ANSWERS) == sentence


@pytest.mark.parametrize(
    "names",
    [
        ["TIME"],
        ["TIME", "NAME"],
        ["TIME", "NAME", "RAND", "ECHO"],
        ["TIME", "NAME", "RAND", "ECHO", "QUIZ"],
    ],
)
def test_a_greeting_names_every_request_in_48_bytes(names):
    sentence = greeting(dict.fromkeys(names)).decode("ascii")
    assert len(sentence) == 48
    assert [name for name in [*names, "EXIT"] if name in sentence] == [*names, "EXIT"]


def test_a_shorter_greeting_is_filled_up_with_spaces():
    assert greeting(["TIME"]) == b"Hello! You can ask for: TIME or EXIT".ljust(48)


def test_a_table_that_does_not_fit_is_an_error_never_a_longer_greeting():
    with pytest.raises(ValueError, match="48"):
        greeting(["TIME", "NAME", "RAND", "ECHO", "QUIZ", "JOKE"])


@pytest.mark.parametrize(
    "name", ["", "TIM", "TIMER", "time", "TIM3", "T ME", "שעון", "ＴＩＭＥ", "TIMÉ"]
)
def test_a_request_that_is_not_four_capital_letters_is_an_error(name):
    with pytest.raises(ValueError, match="four capital letters"):
        greeting(["NAME", name])
