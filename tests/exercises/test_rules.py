"""Which misconception bytes and calls show, rule by rule; the solutions as a whole are judged in test_verdicts."""

import random
import socket

import pytest
from helpers.places import CORPUS

from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.functions.case import cases
from lenproto.exercises.functions.finding import explain, thing
from lenproto.exercises.functions.framing import diagnose, frames, is_frame
from lenproto.exercises.judging import evidence
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.judging.run import IN_VAIN, run
from lenproto.exercises.report.hints import hints
from lenproto.exercises.report.types import CaseReport
from lenproto.lab.shocks.table import client_shocks, server_shocks
from lenproto.wire import frame, recv_exactly
from lenproto.words import Words

LENA, HEBREW = b"lena", "שלום".encode()
GREETING = b"Hello! You can ask for: TIME, NAME, RAND or EXIT"


@pytest.mark.parametrize(("data", "name", "at"), [
    (b"lena", "no-length", 0),
    (b"2026-11-22 09:30:00", "no-length", 0),
    (b"2026/11/22", "no-length", 0),
    (b"7", "no-length", 0),
    (b"\x00\x00\x00\x04lena", "binary-length", 0),
    (b"\x04\x00\x00\x00lena", "binary-length", 0),
    (b"\x00\x04lena", "binary-length", 0),
    (b"\x00\x00\x00\x00\x00\x00\x00\x04lena", "binary-length", 0),
    (b"\x04lena", "binary-length", 0),
    (b"0004" + HEBREW, "length-counts-characters", 3),
    (b"0009" + "שלום!".encode() * 2, "wrong-length", 2),  # 0018
    (b"0011" + HEBREW + b" lena!!", "length-counts-characters", 3),
    (b"0008lena", "length-counts-itself", 3),
    (b"0016server lena?", "length-counts-itself", 3),
    (b"0013nine char", "length-counts-itself", 2),
    (b"4000lena", "length-padded-wrongly", 0),
    (b"   4lena", "length-padded-wrongly", 0),
    (b"4   lena", "length-padded-wrongly", 0),
    (b"4lena", "length-not-four-digits", 0),
    (b"04lena", "length-not-four-digits", 1),
    (b"004lena", "length-not-four-digits", 2),
    (b"4 lena", "length-not-four-digits", 0),
    (b"00004lena", "length-not-four-digits", 3),
    (b"000ahello, all", "length-not-decimal", 2),
    (b"0x04lena", "length-not-decimal", 1),
    (b"lena0004", "header-after-body", 0),
    (b"00040004lena", "header-in-a-second-place", 4),
    (b"00080004lena", "header-in-a-second-place", 3),
    (b"0004lena0004", "header-in-a-second-place", 8),
    (b"0004", "body-not-sent", 4),
    (b"0004\nlena", "something-between", 4),
    (b"0004 lena", "something-between", 4),
    (b"0004lena\n", "sends-a-newline", 8),
    (b"0004lena\r\n", "sends-a-newline", 8),
    (b"0005lena", "wrong-length", 3),
    (b"0002lena", "wrong-length", 3),
    (b"0104lena", "wrong-length", 1),
    (b"length: 0004lena", "something-before-the-length", 0),
    (GREETING + b"0004lena", "greets-again", 0),
])  # fmt: skip
def test_bytes_that_are_no_frame_tell_what_was_believed(data, name, at):
    found = diagnose(data, "NAME")
    assert (found.misconception, found.at) == (name, at)


@pytest.mark.parametrize(("file", "right"), [
    ("initial_contact__says_hello", b"H"),
    ("initial_contact__lower_case_hi", b""),
    ("initial_contact__hi_padded_to_four", b"Hi"),
    ("initial_contact__hi_with_length", b""),
    ("initial_contact__hi_twice", b"Hi"),
    ("send_requests__newline_of_readline", b"ABC"),
    ("send_requests__says_hi_again", b""),
    ("send_requests__sends_all_that_was_typed", b"NAME"),
    ("send_requests__padded_with_zeros", b"ABC"),
    ("check_client__greeting_of_47", b"Hello! You can ask for: TIME NAME, RAND or EXIT"),
    ("check_client__greeting_padded_with_nul", b"Welcome! TIME, NAME, RAND, EXIT"),
    ("check_client__echoes_the_handshake", b""),
    ("check_client__request_recv_1024", b"HiNAME"),
    ("serve_requests__answers_twice", b"0004lena"),
    ("serve_requests__rand_0_to_9", b"0001"),
    ("serve_requests__rand_1_to_100", b"00021"),
    ("serve_requests__rand_in_words", b"0073"),
    ("serve_requests__utf_16", b"0010"),
    ("serve_requests__time_as_a_default", b"0010203"),
    ("serve_requests__time_worked_out_at_load", b"00172"),
    ("serve_requests__time_once_a_talk", b"000521:4"),
    ("serve_requests__recv_1024_cut_to_four", b"RAND"),
    ("serve_requests__length_in_getsizeof", b"00"),
    ("serve_requests__unknown_without_the_names", None),
    ("check_client__greeting_without_exit", None),
])  # fmt: skip
def test_before_the_first_wrong_byte_all_bytes_are_right(file, right):
    name = file.partition("__")[0]
    case = judge_file(CORPUS / "wrong" / f"{file}.py").functions[name].failure
    assert (None if case.at is None else bytes.fromhex(case.bytes)[: case.at]) == right


def test_time_without_a_length_is_no_wrong_length():
    assert diagnose(b"20261122", "TIME").misconception == "no-length"


def test_any_bytes_but_a_frame_are_diagnosed_at_a_byte_of_theirs():
    source = random.Random(5)
    for _ in range(2000):
        data = bytes(source.choices(b"0012345 \n\x00\xd7lena", k=source.randrange(1, 14)))
        if not is_frame(data):
            found = diagnose(data, "NAME")
            assert 0 <= found.at <= len(data) and found.message.endswith(".")


def test_frames_are_whole_ones_and_the_rest():
    assert frames(frame("lena") + frame("") + b"0009len") == ([b"lena", b""], b"0009len")
    assert frames(b"") == ([], b"")
    assert is_frame(frame("lena")) and not is_frame(b"0000") and not is_frame(frame("lena") * 2)


def test_a_thing_is_told_the_same_each_run():
    assert str(thing(object())) == "a object"
    assert str(thing((True, [b"x"], None))) == "a tuple of 3 (True, a list of 1 (b'x'), None)"
    assert len(thing("x" * 1000)) < 70


def test_what_differs_from_run_to_run_is_covered_up_in_all_the_values_of_words():
    inner = Words("judging.thing.list", size=2, items=["<object at 0x7f01ab02cd>", "7"])
    held = Words("any_function.one-recv-for-all.seen", call="bind(50123)", bytes=[inner, 50123])
    covered = evidence.covered(held, lambda text: evidence.stable(text, {50123}))
    assert covered.values["call"] == "bind(port)"
    assert covered.values["bytes"][0].values == {"size": 2, "items": ["<object at 0x…>", "7"]}
    assert held.values["call"] == "bind(50123)", "what was held stays as it was"


def test_every_row_of_the_shocks_reaches_a_function_but_those_for_whole_programs():
    reached = {function: {case.name for case in cases(function)} for function in FUNCTIONS}
    server = {shock.name for shock in server_shocks(1.0)} - {"polite", "drips", "1000 clients"}
    client = {shock.name for shock in client_shocks(1.0)} - {"polite"}
    assert server <= reached["check_client"] | reached["serve_requests"]
    assert client <= reached["initial_contact"] | reached["send_requests"]
    assert all(
        len({case.name for case in cases(function)}) == len(cases(function))
        for function in FUNCTIONS
    )


def told(function, name, learner):
    """What is found where a learner's function meets a case."""
    case = next(case for case in cases(function) if case.name == name)
    found = run(case, learner, explain)[1]
    return found and found.misconception


def test_python_errors_are_explained_in_words():
    def serve_requests(request, client_socket):
        with client_socket:
            client_socket.sendall(fraem(request))  # noqa: F821

    case = cases("serve_requests", "spec")[0]
    found = run(case, serve_requests, explain)[1]
    assert found.misconception == "has-an-error"
    assert "fraem" in found.message and "a name that nothing has been given to" in found.message
    assert found.where.function == "serve_requests"


@pytest.mark.parametrize(("left", "misconception"), [
    ("print('left in the middle')", None),
    ("print('got', body)", None),  # besides, as it does of whole ones
    ("print('Answer:', body.decode())", "prints-half-an-answer"),
])  # fmt: skip
def test_half_an_answer_is_one_that_is_shown_as_the_whole_one_was(left, misconception):
    def send_requests(answer, client_socket):
        while answer:
            client_socket.sendall(input().encode())
            if not (header := recv_exactly(client_socket, 4)):
                return
            body = recv_exactly(client_socket, int(header))
            if len(body) < int(header):
                exec(left, {"body": body})
                return
            if misconception is None:
                print("got", body)
            print("Answer:", body.decode())

    assert told("send_requests", "promises too much", send_requests) == misconception


@pytest.mark.parametrize(("shown", "misconception"), [
    ("print(data)", "prints-bytes"),
    ("print(data); print(data.decode())", None),
])  # fmt: skip
def test_bytes_may_be_printed_besides_the_text(shown, misconception):
    def initial_contact(ip, port):
        client_socket = socket.create_connection((ip, port))
        client_socket.sendall(b"Hi")
        data = recv_exactly(client_socket, 48)
        exec(shown, {"data": data})
        return True, data.decode(), client_socket

    assert told("initial_contact", "greeted", initial_contact) == misconception


def test_who_reads_the_end_again_is_stopped_at_as_many_bytes_as_the_peer_has_announced():
    def send_requests(answer, client_socket):
        client_socket.sendall(input().encode())
        recv_exactly(client_socket, 8)
        client_socket.sendall(input().encode())
        while True:
            client_socket.recv(1)

    case = next(case for case in cases("send_requests") if case.name == "promises too much")
    seen, found, _ = run(case, send_requests, explain)
    assert found.misconception == "does-not-stop-at-the-end"
    assert seen.again <= IN_VAIN + 1


@pytest.mark.parametrize(("data", "misconception", "at"), [
    (b"0004" + "שלום".encode(), "length-counts-characters", 3),
    (b"0014" + b"ten bytes.", "length-counts-itself", 3),
    (b"4000lena", "length-padded-wrongly", 0),
    (b"0120" + b"twelve bytes", "wrong-length", 1),
    (b"4   lena", "length-padded-wrongly", 0),
    (b"0004lena\n", "sends-a-newline", 8),
])  # fmt: skip
def test_the_first_wrong_byte_is_the_first_that_should_be_another_one(data, misconception, at):
    found = diagnose(data, "NAME")
    assert (found.misconception, found.at) == (misconception, at)


@pytest.mark.parametrize(("wrong", "error", "guess", "line"), [
    ("answr", "NameError", "answer", "by the same name"),
    ("client_socket.sendal(b'')", "AttributeError", "sendall", "recv() is a socket's"),
    ("[].pop()", "IndexError", "", "len(data)"),
    ("{}['NAME']", "KeyError", "", "answers.get("),
    ("int('4x2!')", "ValueError", "", "isdigit"),
    ("len(5)", "TypeError", "", "str(7)"),
    ("1 / 0", "ZeroDivisionError", "", "if length:"),
])  # fmt: skip
def test_the_last_hint_fits_the_error_and_a_misspelt_name_is_guessed(wrong, error, guess, line):
    space = {}
    exec(f"def serve_requests(request, client_socket):\n    answer = ''\n    {wrong}", space)
    case = cases("serve_requests", "spec")[0]
    found = run(case, space["serve_requests"], explain)[1]
    assert (found.misconception, error in found.message) == ("has-an-error", True)
    assert found.message.endswith(" is meant.") == bool(guess)
    assert guess in found.message
    told = CaseReport("serve_requests", "", "", "spec", "", "fail", "has-an-error", found.words)
    assert line in hints(told)[-1]


def test_the_line_of_a_short_read_is_that_which_was_not_gone_on_with(connected_pair):
    def check_client(server_socket):
        client_socket, _ = server_socket.accept()
        data = b""
        while len(data) < 2:
            data += client_socket.recv(2 - len(data))
        client_socket.sendall(GREETING)
        request = client_socket.recv(4)  # the line
        return client_socket, request.decode()

    case = next(case for case in cases("check_client") if case.name == "one byte at a time")
    found = run(case, check_client, explain)[1]
    assert found.misconception == "one-recv-for-all"
    assert found.where.line == check_client.__code__.co_firstlineno + 6


def test_a_loop_that_collects_too_many_bytes_is_seen_through():
    def check_client(server_socket):
        client_socket, _ = server_socket.accept()
        data = b""
        while len(data) < 3:  # Hi and a newline
            data += client_socket.recv(3 - len(data))
        return client_socket, ""

    assert told("check_client", "asks NAME", check_client) == "asks-for-too-much"
