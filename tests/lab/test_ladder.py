"""The ladder as plain data: when each call began and ended, and which bytes it moved."""

import contextlib
import copy
import socket

import pytest

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import Stage, Trace
from lenproto.lab.ladder import SHOWN_BYTES, Ladder


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})


def ask(ip, port):
    return client.main(ip, port)


def rung(ladder, text, nth=0):
    return [each for each in ladder.rungs if each["text"] == text][nth]


def arrows(ladder):
    """What goes out from which call, and where it arrives: bytes as a range, other things by their name."""
    rungs = ladder.rungs
    return [
        (
            each["text"],
            arrow["quiet"] or (arrow["start"], arrow["stop"]),
            arrow["to"] and rungs[arrow["to"] - 1]["text"],
        )
        for each in rungs
        for arrow in each["arrows"]
    ]


@contextlib.contextmanager
def played(client_program, server_program, typed=()):
    with Stage(client_program, server_program, typed) as stage:
        stage.run()
        ladder = Ladder(stage.trace)
        ladder.update()
        yield ladder


def test_a_call_that_blocks_is_made_when_another_one_lets_it_go_on():
    with played(ask, serve) as ladder:
        accept, connect = rung(ladder, "accept()"), rung(ladder, 'connect("127.0.0.1", port)')
        assert (accept["number"], accept["made"]) == (3, connect["number"])
        assert connect["made"] == connect["number"]
        assert rung(ladder, "accept()", -1)["made"] is None


def test_bytes_have_a_place_in_their_stream_and_a_field():
    with played(ask, serve, ["NAME", "EXIT"]) as ladder:
        answer = rung(ladder, "sendall(8 bytes)")
        assert (answer["stream"], answer["start"], answer["stop"], answer["sends"]) == (
            "1 server",
            48,
            56,
            True,
        )
        assert answer["pieces"] == [["header", 48, 4, 48, 52], ["body", 52, 4, 52, 56]]
        reads = [
            each for each in ladder.rungs if each["stream"] == "1 server" and not each["sends"]
        ]
        assert [(each["start"], each["stop"]) for each in reads] == [(0, 48), (48, 52), (52, 56)]
        assert bytes.fromhex(answer["hex"]) == b"0004lena"


def test_the_end_of_the_stream_and_an_error_are_told():
    def hangs_up(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"HiEXIT")
            while sock.recv(48):
                pass

    with played(hangs_up, serve) as ladder:
        assert [each["text"] for each in ladder.rungs if each["ends"]] == ["recv(48)"]
        assert not any(each["failed"] for each in ladder.rungs)
    with Stage(ask, serve) as stage:
        stage.step("client")
        ladder = Ladder(stage.trace)
        ladder.update()
        assert (ladder.rungs[0]["failed"], ladder.rungs[0]["result"]) == (
            True,
            "ConnectionRefusedError",
        )


def test_step_by_step_gives_the_same_as_all_at_once():
    with Stage(ask, serve, ["NAME", "RA", "EXIT"]) as stage:
        little, seen = Ladder(stage.trace), {}
        for _ in stage.moves():
            seen |= {each["number"]: copy.deepcopy(each) for each in little.update()}
        at_once = Ladder(stage.trace)
        assert at_once.update() == little.rungs == [seen[number] for number in sorted(seen)]
        assert little.update() == []


def test_only_what_is_new_or_changed_is_told():
    with Stage(ask, serve) as stage:
        ladder = Ladder(stage.trace)
        stage.play("server")
        assert [each["text"] for each in ladder.update()] == [
            'bind("127.0.0.1", port)',
            "listen()",
            "accept()",
        ]
        stage.step("client")
        assert [each["text"] for each in ladder.update()] == [
            "accept()",
            'connect("127.0.0.1", port)',
        ]


def test_a_loop_that_gets_nothing_is_marked():
    def never_looks(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"HiEXIT")
            sock.recv(48)
            for _ in range(20):
                sock.recv(4)

    with played(never_looks, serve) as ladder:
        assert [each["again"] for each in ladder.rungs if each["ends"]] == [False, False, True]


def test_two_connections_are_told_apart():
    def calls_twice(ip, port):
        for _ in range(2):
            with socket.create_connection((ip, port)) as sock:
                sock.sendall(b"HiEXIT")
                sock.recv(48)

    with played(calls_twice, serve) as ladder:
        greetings = [each for each in ladder.rungs if each["text"] == "sendall(48 bytes)"]
        assert [each["stream"] for each in greetings] == ["1 server", "2 server"]
        assert [each["start"] for each in greetings] == [0, 0]


def test_of_many_bytes_only_the_first_are_kept():
    def floods(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"x" * 5000)

    with played(floods, serve) as ladder:
        flood = rung(ladder, "sendall(5000 bytes)")
        assert (flood["stop"], len(flood["hex"])) == (5000, 2 * SHOWN_BYTES)


def test_a_connection_whose_beginning_nobody_saw_has_unknown_bytes():
    with Stage(ask, serve, ["NAME"]) as stage:
        stage.run()
    part = Trace(call for call in stage.trace if call.name in ("sendall", "recv"))
    ladder = Ladder(part)
    ladder.update()
    assert {piece[0] for each in ladder.rungs for piece in each["pieces"]} == {"unknown"}
    assert {piece[2] for each in ladder.rungs for piece in each["pieces"]} == {None}


# ---- arrows ----


def test_an_answer_goes_to_the_calls_that_read_it():
    with played(ask, serve, ["NAME", "EXIT"]) as ladder:
        assert arrows(ladder) == [
            ('connect("127.0.0.1", port)', "connection", "accept()"),
            ("sendall(2 bytes)", (0, 2), "recv(2)"),
            ("sendall(48 bytes)", (0, 48), "recv(48)"),
            ("sendall(4 bytes)", (2, 6), "recv(4)"),
            ("sendall(8 bytes)", (48, 52), "recv(4)"),
            ("sendall(8 bytes)", (52, 56), "recv(4)"),
            ("sendall(4 bytes)", (6, 10), "recv(4)"),
            ("close()", "end", "recv(4)"),
        ]


def test_a_part_that_nobody_has_read_is_on_the_way():
    def reads_a_byte(ip, port):
        with socket.create_server((ip, port)) as listener, listener.accept()[0] as peer:
            peer.recv(1)

    def sends_three(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"abc")

    with Stage(sends_three, reads_a_byte) as stage:
        ladder = Ladder(stage.trace)
        stage.play("server")
        stage.step("client")
        stage.step("client")
        ladder.update()
        assert arrows(ladder)[-1] == ("sendall(3 bytes)", (0, 3), None)
        stage.step("server")
        assert "sendall(3 bytes)" in [each["text"] for each in ladder.update()]
        assert arrows(ladder)[-2:] == [
            ("sendall(3 bytes)", (0, 1), "recv(1)"),
            ("sendall(3 bytes)", (1, 3), None),
        ]


def test_a_read_may_take_what_several_calls_sent():
    def sends_twice(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi")
            sock.sendall(b"NA")

    def reads_at_once(ip, port):
        with socket.create_server((ip, port)) as listener, listener.accept()[0] as peer:
            peer.recv(3)

    with Stage(sends_twice, reads_at_once) as stage:
        stage.play("server", until="accept")
        stage.play("client", until="close")
        stage.play("server", until="close")
        ladder = Ladder(stage.trace)
        ladder.update()
        assert arrows(ladder)[1:] == [
            ("sendall(2 bytes)", (0, 2), "recv(3)"),
            ("sendall(2 bytes)", (2, 3), "recv(3)"),
            ("sendall(2 bytes)", (3, 4), None),
        ]


def test_a_client_stands_in_the_queue_until_it_is_accepted():
    def connects(ip, port):
        with socket.create_connection((ip, port)):
            pass

    with Stage(connects, serve) as stage:
        ladder = Ladder(stage.trace)
        stage.play("server", until="accept")
        stage.step("client")
        ladder.update()
        assert arrows(ladder) == [('connect("127.0.0.1", port)', "connection", None)]
        stage.step("server")
        ladder.update()
        assert arrows(ladder) == [('connect("127.0.0.1", port)', "connection", "accept()")]


def test_a_close_goes_to_each_call_that_reads_the_end():
    def hangs_up(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"HiEXIT")
            sock.recv(48)
            sock.recv(4)
            sock.recv(5)

    with played(hangs_up, serve) as ladder:
        assert [arrow for arrow in arrows(ladder) if arrow[1] == "end"] == [
            ("close()", "end", "recv(4)"),
            ("close()", "end", "recv(5)"),
        ]


def test_a_result_is_told_in_short_as_well():
    with played(ask, serve, ["NAME", "EXIT"]) as ladder:
        assert rung(ladder, "recv(48)")["short"] == "48"
        assert rung(ladder, "accept()")["short"] == "a client"
        assert rung(ladder, "sendall(2 bytes)")["short"] == ""


def lost(ladder):
    """What never arrives: the call that sent it, and the number of calls made when that was clear."""
    return [
        (each["text"], arrow["quiet"] or (arrow["start"], arrow["stop"]), arrow["lost"])
        for each in ladder.rungs
        for arrow in each["arrows"]
        if arrow["lost"] is not None
    ]


def greets(ip, port, after=lambda peer: None):
    with socket.create_server((ip, port)) as listener, listener.accept()[0] as peer:
        peer.recv(2)
        peer.sendall(b"welcome")
        return after(peer)


def test_bytes_to_a_side_that_has_closed_are_lost_from_then_on():
    def leaves(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi")

    with Stage(leaves, greets) as stage:
        stage.play("server")
        stage.play("client", until="close")
        stage.play("server", until="close")
        ladder = Ladder(stage.trace)
        ladder.update()
        assert lost(ladder) == [], "it may still read them"
        stage.step("client")
        (told,) = [each for each in ladder.update() if each["arrows"]]
        assert told["text"] == "sendall(7 bytes)"
        close = rung(ladder, "close()")
        assert lost(ladder) == [("sendall(7 bytes)", (0, 7), close["number"])]


def test_bytes_that_are_sent_after_the_other_side_has_closed_are_lost_at_once():
    def leaves(ip, port):
        socket.create_connection((ip, port)).close()

    with played(leaves, greets) as ladder:
        welcome = rung(ladder, "sendall(7 bytes)")
        assert lost(ladder) == [("sendall(7 bytes)", (0, 7), welcome["made"])]


def test_bytes_of_which_a_part_was_read_are_lost_for_the_rest():
    def reads_a_part(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi")
            sock.recv(3)

    with played(reads_a_part, greets) as ladder:
        assert [(bytes_, number is not None) for _, bytes_, number in lost(ladder)] == [
            ((3, 7), True)
        ]


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Python's own advice
def test_bytes_to_a_side_that_ends_without_close_are_lost_too():
    def forgets_to_close(ip, port):
        sock = socket.create_connection((ip, port))
        sock.sendall(b"Hi")

    with played(forgets_to_close, greets) as ladder:
        assert [what for what, _, _ in lost(ladder)] == ["sendall(7 bytes)"]
        assert not [each for each in ladder.rungs if each["hangs_up"] and each["actor"] == "client"]


def test_a_file_keeps_a_closed_connection_open_and_nothing_is_lost():
    def reads_by_a_file(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi")
            reader = sock.makefile("rb")
        with reader:
            return reader.read(7)

    with played(reads_by_a_file, greets) as ladder:
        assert lost(ladder) == []
        closes = [each for each in ladder.rungs if each["text"] == "close()"]
        assert [each["result"] for each in closes if each["actor"] == "client"] == [
            "a file keeps it open",
            "",
        ]


def test_what_waits_in_the_queue_of_a_server_that_closes_is_lost():
    def never_accepts(ip, port):
        socket.create_server((ip, port)).close()

    def calls(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi")
            sock.recv(1)

    with Stage(calls, never_accepts) as stage:
        stage.play("server", until="close")
        stage.play("client", until="recv")
        ladder = Ladder(stage.trace)
        ladder.update()
        assert lost(ladder) == []
        stage.play("server")
        ladder.update()
        close = rung(ladder, "close()")["number"]
        assert lost(ladder) == [
            ('connect("127.0.0.1", port)', "connection", close),
            ("sendall(2 bytes)", (0, 2), close),
        ]
