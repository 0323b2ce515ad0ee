"""The client: its functions in this process, and the real program with servers that are not in the table of shocks."""

import contextlib
import errno
import inspect
import io
import json
import os
import socket
import threading
import time

import pytest
from helpers.peers import foreign
from helpers.peers.bare import TIME_LIMIT_S, read, read_to_the_end, reset
from helpers.programs import Printed, run_client

from lenproto import client, initial_contact, send_requests

GREETING = b"Hello! You can ask for: TIME, NAME, RAND or EXIT"
NO_CONTACT = (False, "", None)


class Person:
    """Types these lines at the prompt, then has nothing more to ask. Remembers each prompt."""

    def __init__(self, *lines):
        self.lines, self.prompts = list(lines), []

    def __call__(self, prompt):
        self.prompts.append(prompt)
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)


def silence(sock):
    """Say nothing until the client leaves."""
    read_to_the_end(sock)


def line_of(captured, about):
    """Return the one line on standard error, which must begin with about."""
    (line,) = captured.err.splitlines()
    assert line.startswith(about)
    assert len(line) > len(about) + 5, "it says why, too"
    return line


# initial_contact: a server as it should be


def test_contact_returns_true_the_greeting_and_an_open_socket(scripted_server, capsys):
    def script(sock):
        assert read(sock, 2) == b"Hi"
        sock.sendall(GREETING)
        assert read(sock, 6) == b"my own"

    contact, greeting, client_socket = initial_contact(*scripted_server(script))
    with client_socket:
        client_socket.sendall(b"my own")
        assert (contact, greeting) == (True, GREETING.decode())
    assert capsys.readouterr() == (GREETING.decode() + "\n", "")


def test_contact_sends_two_bytes_and_waits(scripted_server):
    heard = []

    def script(sock):
        heard.append(read(sock, 2))
        sock.sendall(GREETING)
        heard.append(read_to_the_end(sock))

    with initial_contact(*scripted_server(script))[2] as client_socket:
        client_socket.shutdown(socket.SHUT_WR)
        # the script is through: nothing follows Hi until send_requests
        assert client_socket.recv(1) == b""
    assert heard == [b"Hi", b""]


def test_a_greeting_filled_up_with_spaces_comes_back_whole(scripted_server):
    def script(sock):
        read(sock, 2)
        sock.sendall(b"Ask for: TIME or EXIT".ljust(48) + b"0001x")

    _, greeting, client_socket = initial_contact(*scripted_server(script))
    with client_socket:
        assert greeting == "Ask for: TIME or EXIT".ljust(48)
        assert read(client_socket, 5) == b"0001x", (
            "what follows the greeting is left for who reads next"
        )


def test_a_greeting_that_is_not_ascii_is_shown_all_the_same(scripted_server, capsys):
    def script(sock):
        read(sock, 2)
        sock.sendall(b"\xff" * 48)

    contact, greeting, client_socket = initial_contact(*scripted_server(script))
    client_socket.close()
    assert contact and greeting == r"\xff" * 48
    assert capsys.readouterr() == (greeting + "\n", "")


# initial_contact: shocks


@pytest.mark.parametrize(
    "sent", [b"", GREETING[:1], GREETING[:47]], ids=["0 bytes", "1 byte", "47 bytes"]
)
def test_a_server_that_closes_without_a_whole_greeting_is_no_contact(scripted_server, capsys, sent):
    def script(sock):
        read(sock, 2)
        sock.sendall(sent)

    ip, port = scripted_server(script)
    assert initial_contact(ip, port) == NO_CONTACT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"{len(sent)} of 48 bytes" in line_of(captured, f"No contact with {ip}:{port}: ")


@pytest.mark.parametrize(
    "sent", [b"", GREETING[:20]], ids=["before the greeting", "inside the greeting"]
)
def test_a_server_that_resets_is_no_contact(scripted_server, capsys, sent):
    def script(sock):
        read(sock, 2)
        sock.sendall(sent)
        reset(sock)

    ip, port = scripted_server(script)
    assert initial_contact(ip, port) == NO_CONTACT
    assert "cut" in line_of(capsys.readouterr(), f"No contact with {ip}:{port}: ")


@pytest.mark.parametrize(
    "sent", [b"", GREETING[:20]], ids=["before the greeting", "inside the greeting"]
)
def test_a_silent_server_is_no_contact_once_the_time_is_over(scripted_server, capsys, sent):
    def script(sock):
        sock.sendall(sent)
        silence(sock)

    ip, port = scripted_server(script)
    started = time.monotonic()
    assert initial_contact(ip, port, timeout_s=0.1) == NO_CONTACT
    assert 0.09 <= time.monotonic() - started < TIME_LIMIT_S / 2
    assert "in time" in line_of(capsys.readouterr(), f"No contact with {ip}:{port}: ")


def test_a_server_that_never_accepts_is_no_contact(capsys):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ip, port = listener.getsockname()
        assert initial_contact(ip, port, timeout_s=0.05) == NO_CONTACT
    assert "in time" in line_of(capsys.readouterr(), f"No contact with {ip}:{port}: ")


def test_a_refused_connection_is_no_contact(refused_address, capsys):
    ip, port = refused_address
    assert initial_contact(ip, port) == NO_CONTACT
    assert "refused" in line_of(capsys.readouterr(), f"No contact with {ip}:{port}: ")


@pytest.mark.parametrize(
    "ip, port",
    [
        ("::1", 8820),  # an address of IPv6: no name server is asked
        ("two..dots", 8820),
        ("x" * 64, 8820),
        ("a\0b", 8820),
        (b"\xff", 8820),
        (None, 8820),
        (127, 8820),
        ("127.0.0.1", 65536),
        ("127.0.0.1", -1),
        ("127.0.0.1", 10**30),
        ("127.0.0.1", "8820"),
        ("127.0.0.1", None),
    ],
)
def test_what_is_no_address_is_no_contact(ip, port, capsys):
    assert initial_contact(ip, port) == NO_CONTACT
    line_of(capsys.readouterr(), f"No contact with {ip}:{port}: ")


def test_a_computer_that_has_no_socket_left_is_no_contact(monkeypatch, capsys):
    def no_socket(*_):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("socket.socket", no_socket)
    assert initial_contact("127.0.0.1", 8820) == NO_CONTACT
    line_of(capsys.readouterr(), "No contact with 127.0.0.1:8820: ")


def test_a_greeting_that_nobody_reads_is_no_reason_to_raise(scripted_server, monkeypatch, capsys):
    class NobodyReads(io.StringIO):
        def write(self, _):
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def script(sock):
        read(sock, 2)
        sock.sendall(GREETING)
        silence(sock)

    address = scripted_server(script)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", NobodyReads())
        contact, _, client_socket = initial_contact(*address)
    if contact:
        client_socket.close()
    assert contact or client_socket is None


def test_ctrl_c_while_the_server_is_silent_closes_the_socket(scripted_server, monkeypatch):
    ended = []
    address = scripted_server(lambda sock: ended.append(read_to_the_end(sock)))

    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "recv_exactly", pressed)
    with pytest.raises(KeyboardInterrupt):
        initial_contact(*address)


# send_requests: a server as it should be


def test_a_conversation_prints_each_answer_and_ends_with_exit(connected_pair, capsys):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"00192024-01-31 12:00:00" + b"0008" + "שלום".encode())
    server_socket.shutdown(socket.SHUT_WR)  # what EXIT is answered with
    person = Person("TIME", "NAME", "EXIT", "never asked")
    assert send_requests(GREETING.decode(), client_socket, ask=person) is None
    assert read_to_the_end(server_socket) == b"TIMENAMEEXIT"
    assert client_socket.fileno() == -1, "the socket is closed"
    assert person.lines == ["never asked"]
    assert capsys.readouterr() == ("2024-01-31 12:00:00\nשלום\n", "")


@pytest.mark.parametrize(
    "typed, sent",
    [
        ("TIME", b"TIME"),
        ("time", b"TIME"),
        ("tImE please", b"TIME"),
        ("timeשלום", b"TIME"),
        ("exit", b"EXIT"),
        ("x", b"X   "),
        ("", b"    "),
        ("a b", b"A B "),
        ("4x2!", b"4X2!"),
    ],
)
def test_a_request_is_the_first_four_characters_in_capitals(connected_pair, typed, sent):
    client_socket, server_socket = connected_pair
    send_requests("Hello!", client_socket, ask=Person(typed), timeout_s=0.01)
    assert read_to_the_end(server_socket) == sent


@pytest.mark.parametrize(
    "typed", ["שלום", "timé", "ß", "ſ", "ﬁle", "１２３４", "TIM\udcff", "\x80"]
)
def test_what_has_no_ascii_form_is_refused_at_the_prompt_and_nothing_is_sent(
    connected_pair, typed, capsys
):
    client_socket, server_socket = connected_pair
    person = Person(typed)
    send_requests("Hello!", client_socket, ask=person)
    assert read_to_the_end(server_socket) == b""
    assert len(person.prompts) == 2, "it asks again"
    refusal, after = capsys.readouterr().out.splitlines()
    assert "four letters" in refusal and after == ""


def test_without_an_answer_from_the_server_nothing_is_asked(connected_pair):
    client_socket, server_socket = connected_pair
    person = Person("TIME")
    send_requests("", client_socket, ask=person)
    assert person.prompts == []
    assert client_socket.fileno() == -1
    assert read_to_the_end(server_socket) == b""


def test_the_person_is_asked_by_input_where_no_other_way_is_given(
    connected_pair, monkeypatch, capsys
):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"00017")
    monkeypatch.setattr("sys.stdin", io.StringIO("rand\n"))
    send_requests("Hello!", client_socket)
    assert read_to_the_end(server_socket) == b"RAND"
    prompt, answer, after = capsys.readouterr().out.partition("7\n")
    assert prompt.strip() and answer and after.strip() == prompt.strip(), (
        "it asked, answered, and asked again"
    )


def test_the_person_has_no_time_limit(connected_pair, capsys):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"00017")
    typed = iter(["RAND"])

    def slow_person(_):
        threading.Event().wait(0.15)  # three times what the server may take
        with contextlib.suppress(StopIteration):
            return next(typed)
        raise EOFError

    send_requests("Hello!", client_socket, ask=slow_person, timeout_s=0.05)
    assert capsys.readouterr() == ("7\n\n", "")


def test_ctrl_c_at_the_prompt_closes_the_socket(connected_pair):
    client_socket, _ = connected_pair

    def pressed(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_requests("Hello!", client_socket, ask=pressed)
    assert client_socket.fileno() == -1


# send_requests: shocks. What the server sends is on its way before the client asks


@pytest.mark.parametrize("header", [b"17  ", b"+001", b"1_00", b"\0\0\0\x11", b"HTTP"])
def test_a_length_that_is_no_number_ends_the_conversation_in_one_line(
    connected_pair, capsys, header
):
    client_socket, server_socket = connected_pair
    server_socket.sendall(header + b"x" * 20)
    person = Person("TIME", "never asked")
    send_requests("Hello!", client_socket, ask=person)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert repr(header) in line_of(captured, "The conversation broke off: ")
    assert person.lines == ["never asked"]
    assert client_socket.fileno() == -1


@pytest.mark.parametrize(
    "sent, told",
    [
        (b"0", "1 of 4"),
        (b"0017", "0 of 17"),
        (b"9999" + b"x" * 9998, "9998 of 9999"),
    ],
)
def test_a_stream_that_ends_inside_an_answer_is_told_in_one_line(
    connected_pair, capsys, sent, told
):
    client_socket, server_socket = connected_pair
    server_socket.sendall(sent)
    server_socket.shutdown(socket.SHUT_WR)
    send_requests("Hello!", client_socket, ask=Person("TIME"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in line_of(captured, "The conversation broke off: ")


@pytest.mark.parametrize(
    "sent",
    [b"", b"00", b"0017", b"00178 bytes!"],
    ids=["no answer", "inside the header", "before the body", "inside the body"],
)
def test_a_silent_server_is_given_up_once_the_time_is_over(connected_pair, capsys, sent):
    client_socket, server_socket = connected_pair
    server_socket.sendall(sent)
    started = time.monotonic()
    send_requests("Hello!", client_socket, ask=Person("TIME"), timeout_s=0.1)
    assert 0.09 <= time.monotonic() - started < TIME_LIMIT_S / 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "in time" in line_of(captured, "The conversation broke off: ")
    assert read_to_the_end(server_socket) == b"TIME"


@pytest.mark.parametrize("sent", [b"", b"00"], ids=["no answer", "inside the header"])
def test_a_server_that_resets_is_told_in_one_line(scripted_server, capsys, sent):
    def script(sock):
        sock.sendall(GREETING)
        assert read(sock, 6) == b"HiTIME"
        sock.sendall(sent)
        reset(sock)

    assert client.main(*scripted_server(script), ask=Person("TIME")) is True
    captured = capsys.readouterr()
    assert captured.out == GREETING.decode() + "\n"
    assert "cut" in line_of(captured, "The conversation broke off: ")


def test_bytes_nobody_asked_for_are_taken_for_answers_and_harm_nothing(connected_pair, capsys):
    client_socket, server_socket = connected_pair
    server_socket.sendall(b"0005first" + b"0006second" + b"0005third")
    send_requests("Hello!", client_socket, ask=Person("TIME"))
    assert capsys.readouterr() == ("first\n\n", "")


# The program


def test_main_says_whether_there_was_contact(scripted_server, refused_address, capsys):
    def script(sock):
        sock.sendall(GREETING)
        silence(sock)

    assert client.main(*scripted_server(script), ask=Person()) is True
    assert client.main(*refused_address, ask=Person()) is False
    capsys.readouterr()


@pytest.mark.parametrize(
    "function, positional",
    [
        (initial_contact, ["ip", "port"]),
        (send_requests, ["answer", "client_socket"]),
    ],
)
def test_the_course_names_what_a_function_takes_and_extras_are_keywords(function, positional):
    parameters = inspect.signature(function).parameters.values()
    assert [
        each.name for each in parameters if each.kind == each.POSITIONAL_OR_KEYWORD
    ] == positional
    assert all(each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY) for each in parameters)
    assert all(
        each.default is not each.empty for each in parameters if each.kind == each.KEYWORD_ONLY
    )


# Servers that are not ours: a shell's, JavaScript's, C's


def test_the_program_talks_to_netcat():
    with Printed(
        [*foreign.netcat(), "-l", "-v", "-N", "127.0.0.1", "0"], stdin=-1, stdout=-1, stderr=-2
    ) as netcat:
        netcat.process.stdin.write(
            "Ask a shell for: TIME or EXIT".ljust(48) + "0008" + "שלום" + "0002no"
        )
        netcat.process.stdin.close()
        port = netcat.line().split()[-1]  # "Listening on localhost 40027"
        ended = run_client(("127.0.0.1", port), "TIME\nname\nEXIT\n")
        code, lines = netcat.end()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[0] == "Ask a shell for: TIME or EXIT".ljust(48)
    assert "שלום" in ended.stdout and "no" in ended.stdout
    assert (code, lines[-1]) == (0, "HiTIMENAMEEXIT")


def test_the_program_talks_to_a_server_in_node():
    with Printed(foreign.node("server.js")) as server:
        ended = run_client(("127.0.0.1", server.line()), "time\nquiz\nEXIT\n")
        code, lines = server.end()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Ask a server in Node for: TIME or EXIT".ljust(48) + "\n")
    assert "שעה טובה" in ended.stdout and "unknown: QUIZ" in ended.stdout
    assert (code, json.loads(lines[-1])) == (0, ["TIME", "QUIZ", "EXIT"])


def test_the_program_talks_to_a_server_in_c(tmp_path):
    with Printed([*foreign.in_c(tmp_path), "server"]) as server:
        ended = run_client(("127.0.0.1", server.line()), "time\nx\nEXIT\n")
        code, lines = server.end()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Ask a server in C for: TIME or EXIT".ljust(48) + "\n")
    assert "C got TIME" in ended.stdout and "C got X" in ended.stdout
    assert (code, lines) == (0, ["TIME", "X   ", "EXIT"])
