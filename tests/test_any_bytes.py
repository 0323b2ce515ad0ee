"""Any bytes, cut anyhow, against both programs: what they answer is compared with a model of the protocol."""

import contextlib
import io
import queue
import re
import socket
import threading

import pytest
from conftest import open_sockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule, run_state_machine_as_test,
)
from peers.bare import TIME_LIMIT_S, ScriptedServer, connect, converse, read, reset

from lenproto import client
from lenproto.lab import Background
from lenproto.wire import MAX_BODY_BYTES

ANSWERS = {"NAME": lambda: "lena", "LONG": lambda: "שלום" * 300, "NONE": lambda: ""}
GREETING = b"Hello! You can ask for: NAME, LONG, NONE or EXIT"
KNOWN = b"NAME", b"LONG", b"NONE", b"EXIT"
examples = settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def address():
    with Background(answers=ANSWERS) as server:
        yield server.address


# ---- the models: written from the contract, in terms of whole streams ----


def answers_to(stream):
    """Return all that a server sends to a client who sends this stream."""
    if stream[:2] != b"Hi":
        return b""
    sent = GREETING
    for at in range(2, len(stream) - 3, 4):
        request = stream[at : at + 4]
        if request == b"EXIT":
            break
        text = request.decode("ascii", "backslashreplace")
        unknown = f"I do not know {text!r}. You can ask for: NAME, LONG, NONE, EXIT"
        body = (ANSWERS[text]() if text in ANSWERS else unknown).encode()
        sent += b"%04d" % len(body) + body
    return sent


def closes_after(stream):
    """Return how many bytes of a client's stream a server takes before it hangs up; None where it waits for more."""
    if len(stream) >= 2 and stream[:2] != b"Hi":
        return 2
    exits = (at + 4 for at in range(2, len(stream) - 3, 4) if stream[at : at + 4] == b"EXIT")
    return next(exits, None)


def printed_of(stream):
    """Return what a client prints of this stream from a server, and how many requests it sends meanwhile."""
    if len(stream) < 48:
        return None, 0
    texts, rest = [stream[:48].decode("ascii", "backslashreplace")], stream[48:]
    while re.match(rb"\d{4}", rest) and len(rest) - 4 >= (size := int(rest[:4])):
        texts.append(rest[4 : 4 + size].decode("utf-8", "backslashreplace"))
        rest = rest[4 + size :]
    return texts, len(texts)


# ---- what is sent: mostly conversations, with everything else in between ----

requests = st.one_of(st.sampled_from(KNOWN), st.binary(min_size=4, max_size=4), st.text("abNAME ", min_size=4, max_size=4).map(str.encode))
said = st.one_of(
    st.binary(max_size=30),
    st.lists(requests, max_size=6).map(lambda each: b"Hi" + b"".join(each)),
    st.tuples(st.lists(requests, max_size=4), st.binary(max_size=3)).map(lambda both: b"Hi" + b"".join(both[0]) + both[1]),
)
frames = st.binary(max_size=40).map(lambda body: b"%04d" % len(body) + body)
told = st.one_of(
    st.binary(max_size=60),
    st.tuples(st.lists(frames, max_size=4), st.binary(max_size=6)).map(lambda both: GREETING + b"".join(both[0]) + both[1]),
    st.just(GREETING + b"%04d" % MAX_BODY_BYTES + b"x" * MAX_BODY_BYTES),
)
cuts = st.lists(st.integers(0, 60), max_size=8)
endings = st.sampled_from(["shutdown", "close", "reset"])


def pieces(stream, at):
    """Return a stream cut at these places."""
    places = [0, *sorted(place for place in set(at) if 0 < place < len(stream)), len(stream)]
    return [stream[a:b] for a, b in zip(places, places[1:]) if a < b]


@examples
@given(conversations=st.lists(st.tuples(said, cuts, endings), min_size=1, max_size=4))
def test_a_server_answers_any_clients_one_after_another_as_the_model_says(address, conversations):
    for stream, at, ending in [*conversations, (b"HiNAMEEXIT", [], "shutdown")]:
        with connect(address) as sock:
            with contextlib.suppress(OSError):  # it may have hung up already
                for piece in pieces(stream, at):
                    sock.sendall(piece)
                if ending == "shutdown":
                    sock.shutdown(socket.SHUT_WR)
                    assert read_to_the_end(sock, answers_to(stream)) == answers_to(stream)
            if ending == "reset":
                reset(sock)


def read_to_the_end(sock, expected):
    """Return all that comes; after a reset, which may swallow bytes, what is expected if it began like that."""
    received = b""
    try:
        while piece := sock.recv(4096):
            received += piece
    except ConnectionError:
        assert expected.startswith(received)
        return expected
    return received


@examples
@given(stream=told, at=cuts)
def test_a_client_prints_of_any_server_what_the_model_says(stream, at):
    asked = []

    def tells(sock):
        with contextlib.suppress(OSError):
            for piece in pieces(stream, at):
                sock.sendall(piece)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(4096):
                pass

    def ask(prompt):
        asked.append(prompt)
        return "NAME"

    out = io.StringIO()
    with ScriptedServer(tells) as server, contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        contact = client.main(*server.address, ask=ask)
    texts, requests = printed_of(stream)
    assert contact == (texts is not None)
    shown = "".join(f"{readable(text)}\n" for text in texts or [])
    assert out.getvalue() == shown, "all of it: this server reads on until the client has left"
    assert len(asked) == requests


def readable(text):
    """What a terminal may show of a text."""
    return "".join(letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text)


# ---- the same, step by step: several clients at once, who send a part now and the rest later ----

steps = settings(max_examples=60, stateful_step_count=30, deadline=None, derandomize=True, database=None)
some = st.one_of(st.integers(1, 6), st.just(1000))  # of the bytes that are still to be sent


class Visitor:
    """A client of the server under test: its socket, what it means to say, and what was said on either side."""

    def __init__(self, address, meant):
        self.sock, self.meant = connect(address), meant
        self.said = self.heard = b""
        self.says_no_more = False

    def done(self):
        """Whether the server will hang up, or has: nobody is kept waiting by this client."""
        return self.says_no_more or closes_after(self.said) is not None

    def cut_off(self):
        """Whether the server hung up while bytes were on the way to it: the reset may swallow what it had sent."""
        return not len(self.said) == (closes_after(self.said) or len(self.said))

    def lies_ready(self):
        """Return what has come and was not read yet, without taking it; b"" at the end of the stream, too."""
        self.sock.setblocking(False)
        try:
            return self.sock.recv(1 << 16, socket.MSG_PEEK)
        except BlockingIOError:
            return b""
        except ConnectionError:
            assert self.cut_off(), "the server reset a client that it had heard out"
            return b""
        finally:
            self.sock.settimeout(TIME_LIMIT_S)


class OneServer(RuleBasedStateMachine):
    """A server that runs all the time. It serves its clients one at a time, in the order in which they came."""

    visitors = Bundle("visitors")

    def __init__(self):
        super().__init__()
        self.server = Background(answers=ANSWERS)
        self.line = []  # all that ever came
        self.sockets = open_sockets()

    def due(self, visitor):
        """Return what the server must have sent to a visitor by now: nothing, while one before it is not done."""
        before = self.line[: self.line.index(visitor)]
        return answers_to(visitor.said) if all(each.done() for each in before) else b""

    @rule(target=visitors, meant=said)
    def connects(self, meant):
        self.line.append(Visitor(self.server.address, meant))
        return self.line[-1]

    @rule(visitor=visitors, n=some)
    def says(self, visitor, n):
        piece = visitor.meant[:n]
        if not visitor.says_no_more:
            visitor.meant = visitor.meant[n:]
            visitor.said += piece
            with contextlib.suppress(ConnectionError):  # the server may have hung up
                visitor.sock.sendall(piece)

    @rule(visitor=visitors)
    def reads_what_is_due(self, visitor):
        due = self.due(visitor)[len(visitor.heard) :]
        if visitor.cut_off():
            return  # what it still gets is a matter of luck; the invariant says that it is nothing wrong
        visitor.heard += read(visitor.sock, len(due))
        reached = all(each.done() for each in self.line[: self.line.index(visitor)])
        if reached and visitor.done():
            assert visitor.sock.recv(1) == b"", "the server has hung up"

    @rule(visitor=visitors)
    def half_closes(self, visitor):
        visitor.says_no_more = True
        with contextlib.suppress(OSError):
            visitor.sock.shutdown(socket.SHUT_WR)

    @rule(visitor=consumes(visitors), how=st.sampled_from([socket.socket.close, reset]))
    def leaves(self, visitor, how):
        visitor.says_no_more = True
        how(visitor.sock)

    @rule(visitor=visitors)
    def says_the_rest_and_exit(self, visitor):
        ends = closes_after(visitor.said) is None and (len(visitor.said) + len(visitor.meant)) % 4 == 2
        visitor.meant += b"EXIT" if ends else b""
        self.says(visitor, 1000)

    @invariant()
    def nobody_has_got_anything_that_is_not_due(self):
        assert self.server.failure is None
        for visitor in self.line:
            if visitor.sock.fileno() != -1:
                assert self.due(visitor)[len(visitor.heard) :].startswith(visitor.lies_ready())

    def teardown(self):
        try:
            for visitor in self.line:  # each one's turn comes
                if visitor.sock.fileno() != -1:
                    self.half_closes(visitor)
                    self.reads_what_is_due(visitor)
                    visitor.sock.close()
            assert converse(self.server.address, b"NAME") == (GREETING, [b"lena"])
            assert self.server.thread.is_alive() and self.server.failure is None
            assert open_sockets() == self.sockets, "the server holds its listening socket, and no other"
        finally:
            for visitor in self.line:
                visitor.sock.close()
            self.server.stop()


def test_a_server_does_at_every_step_what_the_model_says():
    run_state_machine_as_test(OneServer, settings=steps)
