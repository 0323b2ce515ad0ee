"""Any bytes, cut anyhow, against both programs: what they answer is compared with a model of the protocol."""

import contextlib
import io
import itertools
import queue
import re
import socket
import sys
import threading

import pytest
from helpers.leavings import open_sockets
from helpers.peers.bare import TIME_LIMIT_S, ScriptedServer, connect, converse, read, reset
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lenproto import client
from lenproto.lab import Background
from lenproto.wire import MAX_BODY_BYTES

ANSWERS = {"NAME": lambda: "lena", "LONG": lambda: "שלום" * 300, "NONE": lambda: ""}
GREETING = b"Hello! You can ask for: NAME, LONG, NONE or EXIT"
KNOWN = b"NAME", b"LONG", b"NONE", b"EXIT"
examples = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


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


def bodies_of(stream):
    """Return the bodies of all whole answers after the greeting of a server's stream, and what follows them."""
    bodies, rest = [], stream[48:]
    while re.match(rb"\d{4}", rest) and len(rest) - 4 >= (size := int(rest[:4])):
        bodies.append(rest[4 : 4 + size])
        rest = rest[4 + size :]
    return bodies, rest


def printed_of(stream):
    """Return what a client prints of this stream from a server, and how many requests it sends meanwhile."""
    if len(stream) < 48:
        return None, 0
    bodies, _ = bodies_of(stream)
    return [
        stream[:48].decode("ascii", "backslashreplace"),
        *(body.decode("utf-8", "backslashreplace") for body in bodies),
    ], len(bodies) + 1


# ---- what is sent: mostly conversations, with everything else in between ----

requests = st.one_of(
    st.sampled_from(KNOWN),
    st.binary(min_size=4, max_size=4),
    st.text("abNAME ", min_size=4, max_size=4).map(str.encode),
)
said = st.one_of(
    st.binary(max_size=30),
    st.lists(requests, max_size=6).map(lambda each: b"Hi" + b"".join(each)),
    st.tuples(st.lists(requests, max_size=4), st.binary(max_size=3)).map(
        lambda both: b"Hi" + b"".join(both[0]) + both[1]
    ),
)
frames = st.binary(max_size=40).map(lambda body: b"%04d" % len(body) + body)
told = st.one_of(
    st.binary(max_size=60),
    st.tuples(st.lists(frames, max_size=4), st.binary(max_size=6)).map(
        lambda both: GREETING + b"".join(both[0]) + both[1]
    ),
)
no_frames = st.sampled_from([b"4x2!", b"-001", b"  17", b"1_00"])
cut_short = st.tuples(st.lists(frames | no_frames, min_size=1, max_size=5), st.integers(0, 9)).map(
    lambda both: (GREETING + b"".join(both[0]))[: -both[1] or None]
)
longest = st.just(GREETING + b"%04d" % MAX_BODY_BYTES + b"x" * MAX_BODY_BYTES)
asked = st.lists(requests, min_size=1, max_size=6).map(lambda each: b"Hi" + b"".join(each))
cuts = st.lists(st.integers(0, 60), max_size=8)
endings = st.sampled_from(["shutdown", "close", "reset"])


def pieces(stream, at):
    """Return a stream cut at these places."""
    places = [0, *sorted(place for place in set(at) if 0 < place < len(stream)), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(places) if a < b]


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
@given(stream=st.one_of(told, longest), at=cuts)
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
    with (
        ScriptedServer(tells) as server,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        contact = client.main(*server.address, ask=ask)
    texts, requests = printed_of(stream)
    assert contact == (texts is not None)
    shown = "".join(f"{readable(text)}\n" for text in texts or [])
    assert out.getvalue() == shown, "all of it: this server reads on until the client has left"
    assert len(asked) == requests


def readable(text):
    """What a terminal may show of a text."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text
    )


# ---- the same, step by step: several clients at once, who send a part now and the rest later ----

# A program that falls silent costs a whole time limit, in each try to make its story shorter: the
# first one is told.
steps = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)
some = st.sampled_from([1, 2, 3, 4, 5, 50, 1000])  # of the bytes that are still to be sent


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
        return len(self.said) != (closes_after(self.said) or len(self.said))

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

    @rule(target=visitors, meant=asked | said)
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
            # what it still gets is a matter of luck; the invariant says that it is nothing wrong
            return
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
        ends = (
            closes_after(visitor.said) is None and (len(visitor.said) + len(visitor.meant)) % 4 == 2
        )
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
            if sys.exc_info()[0]:  # it has failed already
                return
            for visitor in self.line:  # each one's turn comes
                if visitor.sock.fileno() != -1:
                    self.half_closes(visitor)
                    self.reads_what_is_due(visitor)
                    visitor.sock.close()
            assert converse(self.server.address, b"NAME") == (GREETING, [b"lena"])
            assert self.server.thread.is_alive() and self.server.failure is None
            assert open_sockets() == self.sockets, (
                "the server holds its listening socket, and no other"
            )
        finally:
            for visitor in self.line:
                visitor.sock.close()
            self.server.stop()


def test_a_server_does_at_every_step_what_the_model_says():
    run_state_machine_as_test(OneServer, settings=steps)


class Person(queue.Queue):
    """Types the lines that are put here; None: nothing more. Says at each prompt that the client has come there."""

    def __init__(self):
        super().__init__()
        self.prompted = queue.Queue()

    def __call__(self, prompt):
        self.prompted.put(prompt)
        if (line := self.get(timeout=TIME_LIMIT_S)) is None:
            raise EOFError
        return line


class OneClient(RuleBasedStateMachine):
    """A client with a person at its keyboard. Its server sends a part now and the rest later, and ends in any way.

    What the model says that the client has to do next is waited for after each step: a prompt, a request, its end.
    When it is over, the next client begins.
    """

    @initialize(meant=cut_short)
    def begins(self, meant):
        # asked: how many requests were sent
        self.meant, self.told, self.shown, self.asked = meant, b"", "", 0
        self.ended, self.at_prompt, self.over = "", False, False
        self.out, self.err, self.person, self.contact = io.StringIO(), io.StringIO(), Person(), []
        with contextlib.ExitStack() as held:
            held.enter_context(contextlib.redirect_stdout(self.out))
            held.enter_context(contextlib.redirect_stderr(self.err))
            listener = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            listener.settimeout(TIME_LIMIT_S)
            self.thread = threading.Thread(
                target=self.run, args=listener.getsockname(), name="client"
            )
            self.thread.start()
            held.callback(self.thread.join)
            self.sock, _ = listener.accept()
            held.enter_context(self.sock).settimeout(TIME_LIMIT_S)
            assert read(self.sock, 2) == b"Hi"
            self.held = held.pop_all()

    def run(self, ip, port):
        self.contact.append(client.main(ip, port, ask=self.person))

    def settle(self):
        """Wait until the client is at the prompt again, or at its end, where the model says so; else it waits on."""
        if self.over or self.at_prompt:
            return
        printed, (_, rest) = printed_of(self.told)[0] or [], bodies_of(self.told)
        if len(printed) > self.asked:  # it has what it waits for
            self.person.prompted.get(timeout=TIME_LIMIT_S)
            self.at_prompt = True
            self.shown += readable(printed[self.asked]) + "\n"
        elif self.ended or (len(rest) >= 4 and not re.match(rb"\d{4}", rest)):
            clean = len(self.told) >= 48 and not rest  # it ended where a header would come
            self.has_ended(
                lines=[0] if clean and self.ended == "half-closes" else [0, 1] if clean else [1]
            )

    def has_ended(self, lines):
        """The client ends now, with so many lines on standard error."""
        self.thread.join(TIME_LIMIT_S)
        assert not self.thread.is_alive(), "the client can see that no answer comes"
        assert self.contact == [len(self.told) >= 48]
        assert len(self.err.getvalue().splitlines()) in lines
        self.over = True
        if self.ended != "leaves":
            with contextlib.suppress(ConnectionError):  # it may have left bytes unread
                assert self.sock.recv(1) == b"", "the client has closed its socket"

    @precondition(lambda self: self.meant and not self.ended)
    @rule(n=some)
    def sends(self, n):
        piece, self.meant = self.meant[:n], self.meant[n:]
        self.told += piece if not self.over else b""
        with contextlib.suppress(ConnectionError):  # the client may have gone
            self.sock.sendall(piece)
        self.settle()

    @precondition(lambda self: self.at_prompt)
    @rule(typed=st.sampled_from(["NAME", "time please", "x", "", "EXIT"]))
    def types(self, typed):
        self.at_prompt = False
        self.person.put(typed)
        self.asked += 1
        heard = request = typed[:4].upper().ljust(4).encode()
        if self.ended != "leaves":
            try:
                heard = read(self.sock, 4)
            except ConnectionResetError:
                # it broke off with bytes unread, at a header that was there already
                heard = None
        self.settle()
        assert heard == request or (heard is None and self.over)

    @precondition(lambda self: self.at_prompt)
    @rule()
    def types_what_is_no_request(self):
        self.person.put("שלום")
        self.person.prompted.get(timeout=TIME_LIMIT_S)
        self.shown += "A request is four letters A to Z. Nothing was sent; please ask again.\n"

    @precondition(lambda self: self.at_prompt and not self.meant)
    @rule()
    def types_no_more(self):
        self.at_prompt = False
        self.person.put(None)
        self.shown += "\n"
        self.has_ended(lines=[0])

    @precondition(lambda self: not self.meant and not self.ended)
    @rule()
    def half_closes(self):
        self.ended = "half-closes"
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        self.settle()

    # an answer that nobody has asked for yet may be lost by these two
    @precondition(
        lambda self: (
            not self.meant and not self.ended and len(bodies_of(self.told)[0]) <= self.asked
        )
    )
    @rule(how=st.sampled_from([socket.socket.close, reset]))
    def leaves(self, how):
        self.ended = "leaves"
        how(self.sock)
        self.settle()

    @precondition(lambda self: self.over)
    @rule(meant=cut_short | told)
    def the_next_begins(self, meant):
        self.held.close()
        self.begins(meant)

    @invariant()
    def the_client_has_done_no_more_than_the_model_says(self):
        assert self.out.getvalue() == self.shown
        assert self.person.prompted.empty(), "it comes to the person only when it has the answer"
        assert self.over or (self.err.getvalue() == "" and self.thread.is_alive())

    def teardown(self):
        with self.held:
            if sys.exc_info()[0]:  # it has failed already
                self.sock.close()
                self.person.put(None)
                return
            if not self.ended:
                self.half_closes()
            if self.at_prompt:
                self.types_no_more()
            assert self.over


def test_a_client_does_at_every_step_what_the_model_says():
    run_state_machine_as_test(OneClient, settings=steps)
