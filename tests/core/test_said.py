"""What the two programs tell the person beside them, in the language of now; on the wire it is always English."""

import errno
import socket

import pytest
from helpers.peers.bare import TIME_LIMIT_S, connect, read, read_to_the_end

from lenproto import (
    check_client,
    client,
    errors,
    initial_contact,
    serve_requests,
    server,
    wire,
    words,
)

TRIAL = """
client = "{address} ist da"
prompt = "Frage: "
not-ascii = "Nur A bis Z."
no-contact = "Kein Kontakt mit {address}: {why}"
greeting-cut = "{received} von {whole} Bytes"
[advice]
refused = "abgelehnt"
unreachable = "nicht zu erreichen"
"""


@pytest.fixture(autouse=True)
def german(tmp_path, monkeypatch):
    """A language with some of the sentences, and that is spoken now."""
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "core.toml").write_text(TRIAL, encoding="utf-8")
    monkeypatch.setenv("LENPROTO_WORDS", str(tmp_path))
    monkeypatch.setenv("LENPROTO_LANGUAGE", "de")
    yield
    words._table.cache_clear()


def test_why_says_each_kind_of_error_in_the_language_of_now():
    assert errors.why(ConnectionRefusedError()) == "abgelehnt"
    assert errors.why(OSError(errno.ENETUNREACH, "x")) == "nicht zu erreichen"
    assert errors.why(ConnectionResetError()) == "the other side cut the connection"


def test_each_advice_is_there():
    for key in (*errors.ADVICE.values(), *errors.ADVICE_BY_NUMBER.values()):
        assert words.say(key)


def test_the_client_says_why_there_is_no_contact(scripted_server, capsys):
    address = scripted_server(lambda sock: read(sock, 2) and sock.sendall(b"Hello"))
    assert initial_contact(*address, timeout_s=TIME_LIMIT_S) == (False, "", None)
    ip, port = address
    assert capsys.readouterr().err == f"Kein Kontakt mit {ip}:{port}: 5 von 48 Bytes\n"


def test_the_client_asks_in_the_language_of_now(capsys):
    asked, typed = [], iter(["é", "TIME"])
    assert client.ask_request(lambda prompt: asked.append(prompt) or next(typed)) == b"TIME"
    assert asked == ["Frage: ", "Frage: "]
    assert capsys.readouterr().out == "Nur A bis Z.\n"


def test_the_server_says_it_and_answers_in_english(capsys):
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        connect(listening.getsockname()) as peer,
    ):
        ip, port = peer.getsockname()
        peer.sendall(b"HiQUIZEXIT")
        client_socket, request = check_client(listening, timeout_s=TIME_LIMIT_S)
        serve_requests(request, client_socket, timeout_s=TIME_LIMIT_S)
        assert read(peer, wire.GREETING_BYTES) == wire.greeting(server.ANSWERS)
        assert b"I do not know 'QUIZ'. You can ask for: " in read_to_the_end(peer)
    assert capsys.readouterr().out == f"{ip}:{port} ist da\n"
