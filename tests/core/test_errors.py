"""The sentences: each failure says what happened and what to do next, in one line."""

import errno
import os
import socket

import pytest

from lenproto import errors
from lenproto.errors import ProtocolError, pause, why


def system_error(number):
    """Return the error as Python raises it for this number of the system."""
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    "error, happened, to_do",
    [
        (system_error(errno.ECONNREFUSED), "refused", "start it"),
        (system_error(errno.ETIMEDOUT), "in time", "busy"),
        (TimeoutError("timed out"), "in time", "busy"),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "no such address",
            "127.0.0.1",
        ),
        (system_error(errno.EADDRINUSE), "taken", "another port"),
        (system_error(errno.EADDRNOTAVAIL), "no such address", "127.0.0.1"),
        (system_error(errno.EACCES), "not permitted", "choose a larger one"),
        (OverflowError("bind(): port must be 0-65535."), "no such port", "0 to 65535"),
    ],
)
def test_a_failure_says_what_happened_and_what_to_do(error, happened, to_do):
    assert happened in why(error)
    assert to_do in why(error)


@pytest.mark.parametrize("number", [errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED])
def test_a_cut_connection_is_said_in_the_same_words_whatever_its_number(number):
    assert why(system_error(number)) == "the other side cut the connection"


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EHOSTUNREACH])
def test_an_unreachable_address_says_what_to_do(number):
    """Issue 2, Deliver 2: "unreachable: one line that names the address and says what to do"."""
    assert len(why(system_error(number))) > len(os.strerror(number))


def test_a_broken_protocol_says_what_broke_it():
    assert why(ProtocolError("3 of 48 bytes")) == "3 of 48 bytes"
    assert isinstance(ProtocolError(), ValueError)


def test_an_error_without_advice_is_said_in_the_words_of_the_system():
    assert why(system_error(errno.EMFILE)) == os.strerror(errno.EMFILE)


def test_every_error_of_the_system_is_one_line():
    said = {number: why(system_error(number)) for number in errno.errorcode}
    assert {
        number: words
        for number, words in said.items()
        if not words.strip() or len(words.splitlines()) > 1
    } == {}


@pytest.mark.parametrize(
    "error",
    [
        UnicodeError("label empty or too long"),
        TypeError("str expected"),
        OSError("without a number"),
        ValueError("Timeout value out of range"),
    ],
)
def test_an_error_without_a_number_keeps_its_own_words(error):
    assert why(error) == str(error)


def test_a_pause_doubles_up_to_a_second(monkeypatch):
    slept = []
    monkeypatch.setattr(errors.time, "sleep", slept.append)
    paused_s = 0.0
    for _ in range(10):
        paused_s = pause(paused_s)
        assert paused_s == slept[-1]
    assert 0 < slept[0] < 0.1
    assert slept[1:6] == [2 * before for before in slept[:5]]
    assert slept[-2:] == [1, 1]
