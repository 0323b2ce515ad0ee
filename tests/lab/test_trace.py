"""The trace: what each byte is, in an order that does not depend on the clock, as text that is the same each time."""

import errno
import socket
import threading
import time

import pytest
from helpers.peers.bare import read, reset
from helpers.watching import busy, call, is_untouched, lines, talk, trace_of

from lenproto import initial_contact, send_requests
from lenproto.lab import typed
from lenproto.lab.background import Background
from lenproto.lab.call import literal
from lenproto.lab.fields import fields
from lenproto.lab.tap import Tap
from lenproto.lab.trace import Trace
from lenproto.wire import recv_exactly

ANSWERS = {"TIME": lambda: "2026-11-22 09:30:00", "NAME": lambda: "שלום", "NONE": lambda: ""}

TWO_COLUMNS = r"""
client                                          server
────────────────────────────────────────────    ────────────────────────────────────────────
connect("127.0.0.1", port)
sendall(b"Hi")                     handshake ─▶
                                                accept() → a client at "127.0.0.1", port
                                                recv(2) → b"Hi"                    handshake
                                             ◀─ sendall(48 bytes)
                                                  b"Hello! You can ask for: TIME,"  greeting
                                                  b" NAME, NONE or EXIT"
recv(48) → 48 bytes
  b"Hello! You can ask for: TIME,"  greeting
  b" NAME, NONE or EXIT"
sendall(b"TIME")                     request ─▶
                                                recv(4) → b"TIME"                    request
                                             ◀─ sendall(23 bytes)
                                                  b"0019"                             header
                                                  b"2026-11-22 09:30:00"                body
recv(4) → b"0019"                     header
recv(19) → b"2026-11-22 09:30:00"       body
sendall(b"NAME")                     request ─▶
                                                recv(4) → b"NAME"                    request
                                             ◀─ sendall(12 bytes)
                                                  b"0008"                             header
                                                  b"\xd7\xa9\xd7\x9c\xd7\x95\xd7"       body
                                                  b"\x9d"
recv(4) → b"0008"                     header
recv(8) → 8 bytes
  b"\xd7\xa9\xd7\x9c\xd7\x95\xd7"       body
  b"\x9d"
sendall(b"NONE")                     request ─▶
                                                recv(4) → b"NONE"                    request
                                             ◀─ sendall(b"0000")                      header
recv(4) → b"0000"                     header
sendall(b"X   ")                     request ─▶
                                                recv(4) → b"X   "                    request
                                             ◀─ sendall(65 bytes)
                                                  b"0061"                             header
                                                  b"I do not know 'X   '. You can"      body
                                                  b" ask for: TIME, NAME, NONE, E"
                                                  b"XIT"
recv(4) → b"0061"                     header
recv(61) → 61 bytes
  b"I do not know 'X   '. You can"      body
  b" ask for: TIME, NAME, NONE, E"
  b"XIT"
sendall(b"EXIT")                     request ─▶
                                                recv(4) → b"EXIT"                    request
                                                close()
                                                accept() → still waiting
recv(4) → b"", the end of the stream
close()
""".strip("\n")

HEXDUMP = """
client → server
  0000  48 69                                            Hi                handshake
server → client
  0000  48 65 6c 6c 6f 21 20 59 6f 75 20 63 61 6e 20 61  Hello! You can a  greeting
  0010  73 6b 20 66 6f 72 3a 20 54 49 4d 45 2c 20 4e 41  sk for: TIME, NA
  0020  4d 45 2c 20 4e 4f 4e 45 20 6f 72 20 45 58 49 54  ME, NONE or EXIT
client → server
  0002  54 49 4d 45                                      TIME              request
server → client
  0030  30 30 31 39                                      0019              header
  0034  32 30 32 36 2d 31 31 2d 32 32 20 30 39 3a 33 30  2026-11-22 09:30  body
  0044  3a 30 30                                         :00
client → server
  0006  4e 41 4d 45                                      NAME              request
server → client
  0047  30 30 30 38                                      0008              header
  004b  d7 a9 d7 9c d7 95 d7 9d                          ........          body  שלום
client → server
  000a  4e 4f 4e 45                                      NONE              request
server → client
  0053  30 30 30 30                                      0000              header
client → server
  000e  58 20 20 20                                      X                 request
server → client
  0057  30 30 36 31                                      0061              header
  005b  49 20 64 6f 20 6e 6f 74 20 6b 6e 6f 77 20 27 58  I do not know 'X  body
  006b  20 20 20 27 2e 20 59 6f 75 20 63 61 6e 20 61 73     '. You can as
  007b  6b 20 66 6f 72 3a 20 54 49 4d 45 2c 20 4e 41 4d  k for: TIME, NAM
  008b  45 2c 20 4e 4f 4e 45 2c 20 45 58 49 54           E, NONE, EXIT
client → server
  0012  45 58 49 54                                      EXIT              request
""".strip("\n")


def converse(server, *requests):
    """Return the trace of a whole conversation of the package's client with a server in the background."""
    with server.record() as trace:
        _, greeting, client_socket = initial_contact(*server.address)
        send_requests(greeting, client_socket, ask=typed(*requests))
    return trace


@pytest.fixture
def whole_conversation(capsys):
    with Background(answers=ANSWERS) as server:
        return converse(server, "time", "NAME", "NONE", "x", "EXIT")


def sent_and_received(request_bytes=b"TIME", *, at=1):
    """Return the calls of a client that sends a request, and of a server that receives it, on connection `at`."""
    return (
        call("client", "sendall", request_bytes, connection=at),
        call("server", "recv", 4, request_bytes, connection=at),
    )


# The text


def test_print_shows_both_sides_of_a_whole_conversation_byte_for_byte(whole_conversation):
    assert str(whole_conversation) == TWO_COLUMNS


def test_hexdump_shows_every_byte_of_a_whole_conversation_once(whole_conversation):
    assert whole_conversation.hexdump() == HEXDUMP


def test_both_texts_are_the_same_fifty_times_on_a_busy_computer(capsys):
    with Background(answers=ANSWERS) as server, busy():
        for _ in range(50):
            trace = converse(server, "time", "NAME", "NONE", "x", "EXIT")
            assert str(trace) == TWO_COLUMNS
            assert trace.hexdump() == HEXDUMP


def test_a_trace_in_a_notebook_reads_as_it_prints(whole_conversation):
    assert repr(whole_conversation) == str(whole_conversation)


def test_an_empty_trace_says_so():
    assert Trace().hexdump() == "(no bytes yet)"
    assert lines(Trace()) == []


def test_ports_are_shown_on_request_alone():
    trace = trace_of(call("client", "connect", ("127.0.0.1", 4711)))
    assert lines(trace) == ['connect("127.0.0.1", port)']
    assert 'connect("127.0.0.1", 4711)' in trace.text(ports=True)


def test_port_0_is_shown_for_it_is_what_the_learner_wrote():
    assert lines(trace_of(call("client", "bind", ("127.0.0.1", 0)))) == ['bind("127.0.0.1", 0)']


def test_times_are_shown_on_request():
    trace = trace_of(call("client", "connect", ("127.0.0.1", 4711), started=1.25))
    assert '  1.2500 s  connect("127.0.0.1", port)' in trace.text(times=True)


def test_a_line_of_the_left_column_never_reaches_the_middle(whole_conversation):
    assert all(
        len(line) <= 44 or line[44:48] in ("    ", " ─▶", " ◀─ ")
        for line in str(whole_conversation).split("\n")
    )


@pytest.mark.parametrize(
    ("made", "reads"),
    [
        (call("client", "listen"), "listen()"),
        (call("client", "send", b"TIME", 2), "send(4 bytes) → 2 bytes"),
        (call("client", "send", b"TIME", 1), "send(4 bytes) → 1 byte"),
        (call("client", "recv", 4, None, ended=None), "recv(4) → still waiting"),
        (
            call("client", "recv", 4, ConnectionResetError(104, "reset")),
            "recv(4) → ConnectionResetError",
        ),
        (call("client", "recv", 4, TimeoutError("timed out")), "recv(4) → TimeoutError"),
        (call("client", "recv", 4, b""), 'recv(4) → b"", the end of the stream'),
        (call("client", "recv", 0, b""), "recv(0) → 0 bytes"),
        (call("client", "recv", 2, 2), "recv(2) → 2 bytes"),  # it only looked
        (call("client", "connect", ("::1", 80, 0, 0)), 'connect("::1", port)'),
        (
            call("client", "connect", ("nowhere",), TypeError("no pair")),
            "connect(('nowhere',)) → TypeError",
        ),
        (
            call("client", "connect", "127.0.0.1", TypeError("no pair")),
            "connect('127.0.0.1') → TypeError",
        ),
        (call("client", "connect_ex", ("127.0.0.1", 80), 0), 'connect_ex("127.0.0.1", port)'),
        (call("client", "sendall", "Hi", TypeError("bytes, please")), "sendall('Hi') → TypeError"),
        (call("client", "shutdown", 1), "shutdown(SHUT_WR)"),
    ],
)
def test_a_call_reads_as_python_writes_it(made, reads):
    outcome = made.outcome()
    assert made.text() + (f" → {outcome}" if outcome else "") == reads


def test_a_failed_connect_ex_names_the_error():
    assert (
        call("client", "connect_ex", ("127.0.0.1", 1), errno.ECONNREFUSED).outcome()
        == "ECONNREFUSED"
    )


@pytest.mark.parametrize(
    ("data", "python"),
    [(b"Hi", 'b"Hi"'), (b"", 'b""'), (b'"\\', r'b"\x22\x5c"'), (b"\x00\n\xff", r'b"\x00\x0a\xff"')],
)
def test_bytes_are_written_so_that_python_reads_them_back(data, python):
    assert literal(data) == python
    assert eval(python) == data


def test_a_body_of_strange_letters_stays_on_its_line_of_the_hexdump():
    body = "ש\n\x1b[31m\u202e".encode()
    trace = trace_of(call("server", "sendall", b" " * 48 + b"%04d" % len(body) + body))
    last = trace.hexdump().split("\n")[-1]
    assert last.endswith("body  ש..[31m.")


# The fields


@pytest.mark.parametrize(
    ("sender", "stream", "named"),
    [
        ("client", b"", []),
        ("client", b"H", [("handshake", b"H")]),
        (
            "client",
            b"HiTIMEEXIT",
            [("handshake", b"Hi"), ("request", b"TIME"), ("request", b"EXIT")],
        ),
        ("client", b"HiTIMEEX", [("handshake", b"Hi"), ("request", b"TIME"), ("request", b"EX")]),
        ("client", b"HELLO", [("unknown", b"HELLO")]),
        ("server", b"Hello", [("greeting", b"Hello")]),
        ("server", b" " * 48 + b"00", [("greeting", b" " * 48), ("header", b"00")]),
        (
            "server",
            b" " * 48 + b"00040",
            [("greeting", b" " * 48), ("header", b"0004"), ("body", b"0")],
        ),
        (
            "server",
            b" " * 48 + b"00000000" + b"0001a",
            [
                ("greeting", b" " * 48),
                *[("header", b"0000")] * 2,
                ("header", b"0001"),
                ("body", b"a"),
            ],
        ),
        *[
            (
                "server",
                b" " * 48 + broken + b"0001a",
                [("greeting", b" " * 48), ("header", broken), ("unknown", b"0001a")],
            )
            for broken in (b"4x2!", b"-001", b"  17", b"1_00", b"\xb2\xb2\xb2\xb2")
        ],
        ("server", b" " * 48 + b"4x2!", [("greeting", b" " * 48), ("header", b"4x2!")]),
    ],
)
def test_each_byte_of_a_stream_has_the_name_of_its_field(sender, stream, named):
    assert [(name, stream[start:stop]) for name, start, stop in fields(sender, stream)] == named


@pytest.mark.parametrize("piece_bytes", [1, 3, 7, 100])
def test_fields_do_not_depend_on_the_pieces_in_which_they_were_sent(piece_bytes):
    stream = b" " * 48 + b"0004noon" + b"0000" + b"0002ok"
    pieces = [stream[at : at + piece_bytes] for at in range(0, len(stream), piece_bytes)]
    trace = trace_of(*[call("server", "sendall", piece) for piece in pieces])
    assert [(field.start, field.name, field.data) for field in trace.fields()] == [
        (0, "greeting", b" " * 48),
        (48, "header", b"0004"),
        (52, "body", b"noon"),
        (56, "header", b"0000"),
        (60, "header", b"0002"),
        (64, "body", b"ok"),
    ]


def test_two_requests_in_one_piece_are_two_fields_of_one_call():
    runs = trace_of(*sent_and_received(b"HiTIMENAME")).runs()
    (_, sent_fields), (_, received_fields) = runs
    assert [field.name for field in sent_fields] == ["handshake", "request", "request"]
    assert received_fields == sent_fields


def test_a_call_that_ends_inside_a_field_has_the_part_it_moved():
    trace = trace_of(*[call("client", "sendall", piece) for piece in (b"HiTI", b"MENA", b"ME")])
    assert [
        [(field.start, field.name, field.data) for field in pieces] for _, pieces in trace.runs()
    ] == [
        [(0, "handshake", b"Hi"), (2, "request", b"TI")],
        [(4, "request", b"ME"), (6, "request", b"NA")],
        [(8, "request", b"ME")],
    ]


def test_the_bytes_of_a_partial_send_are_those_that_went_out():
    trace = trace_of(call("client", "send", b"HiTIME", 3), call("client", "send", b"IME", 3))
    assert [field.data for field in trace.fields()] == [b"Hi", b"TIME"]


def test_bytes_that_were_only_looked_at_are_counted_once():
    trace = trace_of(call("server", "recv", 2, 2), call("server", "recv", 2, b"Hi"))
    assert [field.data for field in trace.fields()] == [b"Hi"]


def test_without_its_beginning_a_connection_has_bytes_but_no_fields():
    trace = trace_of(*sent_and_received(b"TIME"))
    trace.whole = set()
    assert [(field.name, field.data) for field in trace.fields()] == [("unknown", b"TIME")]


def test_the_bytes_of_an_end_that_is_not_recorded_are_those_received():
    trace = trace_of(call("server", "recv", 2, b"Hi"), call("server", "sendall", b"Hello"))
    assert [(field.sender, field.name, field.data) for field in trace.fields()] == [
        ("client", "handshake", b"Hi"),
        ("server", "greeting", b"Hello"),
    ]
    assert trace.hexdump().split("\n")[0::2] == ["client → server", "server → client"]


def test_the_bytes_that_a_failed_sendall_brought_out_are_those_received():
    trace = trace_of(
        call("server", "sendall", b" " * 48),
        call("server", "sendall", b"0009" + b"a" * 9, TimeoutError("timed out")),
        call("client", "recv", 48, b" " * 48),
        call("client", "recv", 9, b"0009aaaaa"),
    )
    assert [(field.name, field.data) for field in trace.fields()][1:] == [
        ("header", b"0009"),
        ("body", b"aaaaa"),
    ]
    assert "aaaaa" in trace.hexdump()


def test_each_connection_has_its_own_fields():
    trace = trace_of(
        *sent_and_received(b"HiTI", at=1),
        *sent_and_received(b"Hi", at=2),
        *sent_and_received(b"ME", at=1),
    )
    assert [(field.connection, field.name, field.data) for field in trace.fields()] == [
        (1, "handshake", b"Hi"),
        (1, "request", b"TIME"),
        (2, "handshake", b"Hi"),
    ]


def test_a_line_says_which_connection_only_where_there_are_several():
    assert lines(trace_of(*sent_and_received(b"Hi", at=3)))[0].startswith('sendall(b"Hi")')
    several = trace_of(*sent_and_received(b"Hi", at=1), *sent_and_received(b"Hi", at=2))
    assert [line.strip()[:18] for line in lines(several)] == [
        '#1 sendall(b"Hi") ',
        '#2 sendall(b"Hi") ',
        '#1 recv(4) → b"Hi"',
        '#2 recv(4) → b"Hi"',
    ]
    assert "client → server  #2" in several.hexdump()


def test_bytes_without_a_connection_beside_those_with_one_are_shown():
    trace = trace_of(call("client", "sendto", b"Hi", 2, connection=None), *sent_and_received(b"Hi"))
    assert [field.connection for field in trace.fields()] == [None, 1]


def test_the_work_for_a_text_grows_with_the_trace_and_not_with_its_square():
    calls = [one for _ in range(3000) for one in sent_and_received()]
    trace = trace_of(*sent_and_received(b"Hi"), *calls)
    began = time.process_time()
    assert len(lines(trace)) == 6002
    assert time.process_time() - began < 2, (
        "it took 0.1 s, and 20 s when each call looked at all the fields"
    )


# The order


def names_in_order(*calls):
    return [f"{call.actor} {call.name}" for call in trace_of(*calls).in_order()]


def test_no_byte_is_read_before_it_is_sent():
    sent, received = sent_and_received()
    assert names_in_order(received, sent) == ["client sendall", "server recv"]


def test_no_client_is_accepted_before_it_connects():
    accepted = call("server", "accept", None, ("127.0.0.1", 4711))
    connected = call("client", "connect", ("127.0.0.1", 8820))
    assert names_in_order(accepted, connected) == ["client connect", "server accept"]


def test_no_client_connects_before_the_server_listens():
    connected = call("client", "connect", ("127.0.0.1", 8820))
    listens = call("server", "listen", connection=None)
    assert names_in_order(connected, listens) == ["server listen", "client connect"]
    someone = call("zoe", "listen", connection=None)
    assert names_in_order(connected, someone) == ["zoe listen", "client connect"]


def test_a_refused_connect_does_not_wait_for_a_server_that_listens_later():
    refused = call("client", "connect", ("127.0.0.1", 8820), ConnectionRefusedError(111, "refused"))
    tells = call("client", "sendall", b"Hi", connection=2)
    told = call("server", "recv", 2, b"Hi", connection=2)
    listens = call("server", "listen", connection=None)
    assert names_in_order(refused, tells, told, listens) == [
        "client connect",
        "client sendall",
        "server recv",
        "server listen",
    ]


@pytest.mark.parametrize("ends", ["close", "shutdown"])
@pytest.mark.parametrize("result", [b"", ConnectionResetError(104, "reset")])
def test_no_stream_ends_before_the_other_side_ends_it(ends, result):
    read_the_end = call("client", "recv", 4, result)
    assert names_in_order(read_the_end, call("server", ends)) == [f"server {ends}", "client recv"]


def test_a_time_limit_is_over_when_everybody_else_has_come_as_far_as_they_can():
    timed_out = call("client", "recv", 4, TimeoutError("timed out"))
    says = call("client", "sendall", b"Hi")
    waits = call("server", "recv", 2, b"Hi")
    accepts = call("server", "accept", None, ("127.0.0.1", 4711))
    assert names_in_order(timed_out, says, accepts, waits) == [
        "server accept",
        "client recv",
        "client sendall",
        "server recv",
    ]


def test_the_time_limit_of_the_server_too_is_over_only_then():
    timed_out = call("server", "recv", 4, TimeoutError("timed out"), started=1)
    says = [
        call("client", "connect", ("127.0.0.1", 8820), started=2),
        call("client", "sendall", b"Hi", started=3),
    ]
    assert names_in_order(timed_out, *says) == ["client connect", "client sendall", "server recv"]


def test_what_a_failed_sendall_brought_out_may_be_read_at_once():
    failed = call("server", "sendall", b"noon", InterruptedError(4, "interrupted"))
    heard = call("server", "recv", 2, b"Hi", connection=2)
    part, says = call("anna", "recv", 2, b"no"), call("ben", "sendall", b"Hi", connection=2)
    assert names_in_order(failed, heard, part, says) == [
        "server sendall",
        "anna recv",
        "ben sendall",
        "server recv",
    ]


def test_the_order_of_a_side_is_never_changed_even_where_the_other_side_is_missing():
    calls = [
        call("client", "recv", 4, b"noon", started=2),
        call("client", "recv", 4, b""),
        call("client", "close"),
    ]
    assert trace_of(*calls).in_order() == calls


def test_calls_that_wait_for_nothing_in_the_trace_go_by_the_clock():
    """Each waits for the other, which cannot be: nothing is lost, and it ends."""
    one = call("server", "recv", 2, b"Hi", started=2)
    other = call("client", "recv", 2, b"Hi", started=1)
    after = [call("client", "sendall", b"Hi"), call("server", "sendall", b"Hi")]
    assert trace_of(one, other, *after).in_order()[0] is other
    assert len(trace_of(one, other, *after).in_order()) == 4


def test_a_message_is_read_only_after_both_of_its_pieces_were_sent():
    pieces = [call("client", "sendall", b"H"), call("client", "sendall", b"i")]
    assert names_in_order(call("server", "recv", 2, b"Hi"), *pieces) == [
        "client sendall",
        "client sendall",
        "server recv",
    ]


# What is due


@pytest.mark.parametrize(
    ("calls", "due"),
    [
        ([], False),
        ([call("client", "sendall", b"Hi")], True),
        ([call("client", "sendall", b"Hi"), call("server", "recv", 2, b"Hi")], False),
        ([call("client", "sendall", b"Hi"), call("server", "recv", 1, b"H")], True),
        ([call("client", "sendall", b"Hi", connection=2)], False),
        ([call("client", "sendall", b"Hi", ended=None)], False),
        ([call("client", "sendall", b"Hi", BrokenPipeError(32, "broken pipe"))], False),
        ([call("server", "sendall", b"Hi")], False),
        ([call("client", "close")], True),
        ([call("client", "shutdown", socket.SHUT_WR)], True),
        ([call("client", "shutdown", socket.SHUT_RD)], False),
        ([call("server", "close")], False),
    ],
)
def test_a_blocked_recv_is_due_what_the_other_side_sent_and_it_has_not_read(calls, due):
    waits = call("server", "recv", 4, None, ended=None)
    assert trace_of(*calls, waits).is_due(waits, ("127.0.0.1", 8820)) is due


@pytest.mark.parametrize(
    ("calls", "due"),
    [
        ([], False),
        ([call("client", "connect", ("127.0.0.1", 8820))], True),
        ([call("client", "connect", ("127.0.0.1", 9999))], False),
        ([call("client", "connect", ("127.0.0.1", 8820), connection=None)], False),
        (
            [
                call("client", "connect", ("127.0.0.1", 8820)),
                call("server", "accept", None, ("127.0.0.1", 5)),
            ],
            False,
        ),
    ],
)
def test_a_blocked_accept_is_due_a_client_that_connected_to_its_port(calls, due):
    waits = call("server", "accept", None, None, connection=None, ended=None)
    assert trace_of(*calls, waits).is_due(waits, ("0.0.0.0", 8820)) is due


# Traces of real conversations with peers that are not the package's


def test_a_client_that_is_not_recorded_is_seen_by_what_the_server_received():
    with Background(answers=ANSWERS) as server, Tap({server.thread: "server"}) as trace:
        hidden = threading.Thread(target=lambda: initial_contact(*server.address)[2].close())
        hidden.start()
        hidden.join()
    assert {call.actor for call in trace} == {"server"}
    assert trace.hexdump().startswith("client → server\n  0000  48 69")


def test_one_byte_at_a_time_is_one_call_each_and_the_same_fields(connected_pair):
    client_socket, server_socket = connected_pair

    def client():
        for byte in b"HiTIME":
            client_socket.sendall(bytes([byte]))

    trace = talk(client, lambda: recv_exactly(server_socket, 6))
    trace.whole = {1}  # as if it had been recorded from its connect on
    assert [field.data for field in trace.fields()] == [b"Hi", b"TIME"]
    assert lines(trace)[:2] == [
        'sendall(b"H")                      handshake ─▶',
        'sendall(b"i")                      handshake ─▶',
    ]
    assert sum(line.count("─▶") for line in lines(trace)) == 6


def test_a_reset_is_named_at_the_call_that_met_it(connected_pair):
    client_socket, server_socket = connected_pair

    def server():
        read(server_socket, 2)
        reset(server_socket)

    def client():
        client_socket.sendall(b"Hi")
        with pytest.raises(ConnectionResetError):
            client_socket.recv(48)

    assert lines(talk(client, server)) == [
        'sendall(b"Hi")                               ─▶',
        '                                                recv(2) → b"Hi"',
        "                                                close()",
        "recv(48) → ConnectionResetError",
    ]


def test_nothing_of_the_lab_stays_on():
    assert is_untouched()
