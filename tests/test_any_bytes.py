"""Any bytes, cut anyhow, against both programs: what they answer is compared with a model of the protocol."""

import contextlib
import io
import re
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peers.bare import ScriptedServer, connect, reset

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
