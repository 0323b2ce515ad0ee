"""A trace as a file for Wireshark: packets whose headers are right, and whose bytes are those of the conversation."""

import pytest
from helpers.pcap import packets
from helpers.watching import call, trace_of

from lenproto import initial_contact, send_requests
from lenproto.lab import Background, Stage, Trace, typed
from lenproto.lab.segments import ACK, FIN, MOST_BYTES, PSH, RST, segments
from lenproto.lab.shocks.staged import program
from lenproto.server import main as server_program

ANSWERS = {"TIME": lambda: "2026-11-22 09:30:00", "NAME": lambda: "שלום"}


@pytest.fixture
def saved(tmp_path):
    """saved(trace): the packets of the file that it was saved in."""

    def save(trace):
        trace.save(tmp_path / "talk.pcapng")
        return packets(tmp_path / "talk.pcapng")

    return save


@pytest.fixture
def talk():
    with Background(answers=ANSWERS) as server, server.record() as trace:
        _, greeting, client_socket = initial_contact(*server.address)
        send_requests(greeting, client_socket, ask=typed("TIME", "NAME", "EXIT"))
    return trace


def sent(found, port):
    """The bytes that the end with this port sent, by sequence number, as who receives them puts them together."""
    stream = {}
    for packet in found:
        if packet.source == port:
            stream |= dict(enumerate(packet.data, packet.sequence))
    assert sorted(stream) == list(range(min(stream, default=0), max(stream, default=-1) + 1))
    return bytes(stream[number] for number in sorted(stream))


def flags(found):
    return [" ".join(sorted(packet.flags)) for packet in found if not packet.data]


def test_both_streams_are_those_of_the_trace(talk, saved):
    found = saved(talk)
    by_sender = {"client": b"", "server": b""}
    for field in talk.fields():
        by_sender[field.sender] += field.data
    assert sent(found, 50001) == by_sender["client"] == b"HiTIMENAMEEXIT"
    assert sent(found, 8820) == by_sender["server"]


def test_it_begins_with_a_handshake_of_three_and_ends_with_a_farewell_of_each_side(talk, saved):
    found = saved(talk)
    assert [sorted(packet.flags) for packet in found[:3]] == [["SYN"], ["ACK", "SYN"], ["ACK"]]
    assert [packet.source for packet in found if "FIN" in packet.flags] == [8820, 50001]
    assert not any("RST" in packet.flags for packet in found)


def test_every_byte_is_acknowledged_and_no_number_is_left_out(talk, saved):
    has, due = {}, {}  # by port: what the other end is known to have, and its own next number
    for packet in saved(talk):
        if packet.source in due:
            assert packet.sequence == due[packet.source]
        due[packet.source] = (
            packet.sequence + len(packet.data) + bool({"SYN", "FIN"} & packet.flags)
        )
        if "ACK" in packet.flags:
            assert packet.acknowledges == due[packet.to]
            has[packet.to] = packet.acknowledges
    assert has == due


def test_what_a_call_sent_is_one_packet_with_the_call_beside_it(talk, saved):
    said = [packet for packet in saved(talk) if packet.data]
    assert said[0].data == b"Hi"
    assert said[0].comment.startswith("client: sendall(2 bytes), line ")
    assert said[0].comment.endswith(" of initial_contact")
    assert said[-2].data == b"0008" + "שלום".encode()


def test_packets_are_in_the_order_of_their_times(talk, saved):
    times = [packet.at_us for packet in saved(talk)]
    assert times == sorted(times)


def test_a_call_that_sends_more_than_a_packet_holds_becomes_several(saved):
    trace = trace_of(
        call("server", "accept", None, ("127.0.0.1", 1)), call("server", "sendall", b"x" * 200_000)
    )
    found = saved(trace)
    assert sent(found, 8820) == b"x" * 200_000
    assert max(len(packet.data) for packet in found) == MOST_BYTES


def test_each_client_has_a_port_of_its_own(saved):
    def two(ip, port):
        program("polite")(ip, port)
        program("polite")(ip, port)

    with Stage(two, server_program) as stage:
        stage.run()
    found = saved(stage.trace)
    assert sent(found, 50001) == sent(found, 50002) == b"HiRANDEXIT"


@pytest.mark.parametrize(
    ("shock", "ends"), [("resets after Hi", "RST"), ("leaves after Hi", "FIN")]
)
def test_a_reset_is_a_reset_and_an_end_is_an_end(saved, shock, ends):
    with Stage(program(shock), server_program) as stage:
        stage.run()
    last = [packet for packet in saved(stage.trace) if packet.source == 50001][-1]
    names = [flag for flag in flags(saved(stage.trace)) if "RST" in flag or "FIN" in flag]
    assert ends in names[0] and last.source == 50001


def test_who_sends_to_one_who_has_closed_gets_a_reset():
    calls = [
        call("client", "close"),
        call("server", "sendall", b"0000"),
        call("server", "sendall", b"0000", BrokenPipeError()),
        call("server", "close"),
    ]
    found = [*segments(calls, whole=(), heard={"server": set()})]
    assert [each.flags for each in found] == [FIN | ACK, ACK, PSH | ACK, RST]


def test_where_nobody_listens_the_answer_to_a_call_is_a_reset(saved):
    refused = call("client", "connect", ("127.0.0.1", 1), ConnectionRefusedError(), connection=None)
    assert flags(saved(Trace([refused]))) == ["SYN", "ACK RST"]


def test_a_half_close_ends_one_direction_alone(saved):
    trace = trace_of(
        call("server", "accept", None, ("127.0.0.1", 1)),
        call("client", "shutdown", 1),
        call("client", "shutdown", 0),
        call("server", "sendall", b"0000"),
        call("client", "close"),
    )
    found = saved(trace)
    assert [packet.source for packet in found if "FIN" in packet.flags] == [50001]
    assert sent(found, 8820) == b"0000"


def test_a_connection_whose_beginning_nobody_saw_has_no_handshake(saved):
    found = saved(Trace([call("client", "sendall", b"NAME")]))
    assert found[0].data == b"NAME"


def test_what_only_the_receiver_told_is_in_it_too(saved):
    found = saved(trace_of(call("server", "recv", 2, b"Hi"), call("server", "recv", 4, b"NA")))
    assert sent(found, 50001) == b"HiNA"


def test_another_name_is_a_trace_as_ever(talk, tmp_path):
    talk.save(tmp_path / "talk.json")
    assert str(Trace.load(tmp_path / "talk.json")) == str(talk)
