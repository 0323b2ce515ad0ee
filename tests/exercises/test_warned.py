"""What is said of a function that passes all the same: a socket that no line closes, bytes compared with text."""

import pytest

from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.report import text

CONTACT = """
import socket

def initial_contact(ip, port):
    try:
        sock = socket.create_connection((ip, port), 5)
    except OSError as error:
        print(error)
        return False, "", None
    try:
        sock.sendall(b"Hi")
        greeting = b""
        while len(greeting) < 48:
            piece = sock.recv(48 - len(greeting))
            if not piece:
                raise OSError("it left")
            greeting += piece
        print(greeting.decode())
        return True, greeting.decode(), sock
    except (OSError, ValueError) as error:
        print(error)
        {close}return False, "", None
"""
LISTEN = """
import socket

def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.bind((ip, port))
        server_socket.listen()
        {compare}return server_socket
    except OSError:
        {close}raise
"""


@pytest.fixture
def judged(tmp_path):
    """judged(source): the report on the one function of a file with this source, which passes."""

    def judged(source):
        file = tmp_path / "own.py"
        file.write_text(source, "utf-8")
        [(name, report)] = [
            each for each in judge_file(file).functions.items() if not each[1].missing
        ]
        assert report.passed, text.told(name, report)
        return report

    return judged


@pytest.mark.parametrize(
    ("source", "close"), [(CONTACT, "sock.close(); "), (LISTEN, "server_socket.close(); ")]
)
def test_a_socket_that_only_python_closes_is_noted_once(judged, source, close):
    [note] = judged(source.format(close="", compare="")).notes
    assert "no line closes its socket" in note
    assert judged(source.format(close=close, compare="")).notes == []


def test_the_note_says_where_it_fails_and_stands_below_the_levels(judged):
    report = judged(LISTEN.format(close="", compare=""))
    assert text.told("initial_listen", report).endswith(
        "\nNote: Where it fails (another server listens there already), no line closes its socket: "
        "that stays open until Python finds that nobody holds it any more."
    )


def test_bytes_that_are_compared_with_text_are_noted_though_it_passes(judged):
    compare = 'print("Hi" == b"Hi"); '
    [note] = judged(LISTEN.format(close="server_socket.close(); ", compare=compare)).notes
    assert note.startswith("In line 9 of initial_listen bytes are compared with text")
