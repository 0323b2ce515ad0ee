"""Servers exposed to shocks: what becomes of the two, of learners' servers, and whether nothing is left behind."""

import inspect
import linecache
import socket
import time

import pytest

from lenproto import server
from lenproto.answers import EXIT, answer_to
from lenproto.lab import LabError, Stage, literal
from lenproto.lab.shocks import real
from lenproto.lab.shocks.expose import expose
from lenproto.lab.shocks.fate import DIES, ERRS, HANGS, HOLDS
from lenproto.lab.shocks.script import Expect, ExpectEnd, NotMet, Send
from lenproto.lab.shocks.staged import StagedPeer, fits_a_stage, program
from lenproto.lab.shocks.table import Shock, families, server_shocks, shock_named
from lenproto.lab.shocks.watched import on_stage
from lenproto.wire import frame, greeting, recv_exactly

SHOCKS = server_shocks(server.CLIENT_TIMEOUT_S)
VERDICTS = {"": HOLDS, "it dies": DIES, "it hangs": HANGS}
every_shock = pytest.mark.parametrize("shock", SHOCKS, ids=lambda shock: shock.name)


def line_of(function, text):
    """The number of the line of a function that holds a text."""
    lines, first = inspect.getsourcelines(function)
    return first + next(number for number, line in enumerate(lines) if text in line)


@every_shock
def test_the_literal_server_meets_the_end_that_the_table_says(shock):
    fate = expose(shock, literal.main)
    assert fate.verdict == VERDICTS[shock.literal], fate
    assert fate.sentence.startswith(fate.verdict)


@every_shock
def test_the_hardened_server_holds(shock):
    assert expose(shock, server.main).held


@pytest.mark.parametrize("name, sentence, function, text", [
    ("leaves in a request", "dies in line {} of serve_requests: ConnectionResetError",
     literal.serve_requests, "recv(4)"),
    ("resets at once", "dies in line {} of check_client: ConnectionResetError", literal.check_client, "recv(2)"),
    ("binary request", "dies in line {} of check_client: UnicodeDecodeError", literal.check_client, "recv(4)"),
    ("says nothing", "hangs in recv(2), line {} of check_client: it has no time limit, and nobody will send",
     literal.check_client, "recv(2)"),
    ("drips", "hangs in recv(4), line {} of serve_requests, after sending what nobody asked for",
     literal.serve_requests, "recv(4)"),
    ("half-closes", 'hangs: it goes round for ever, for recv(4), line {} of serve_requests, gives b"" each time',
     literal.serve_requests, "recv(4)"),
])  # fmt: skip
def test_it_is_said_on_which_line_it_ended(name, sentence, function, text):
    fate, line = expose(name, literal.main), line_of(function, text)
    assert sentence.format(line) in fate.sentence
    assert (fate.line, fate.function) == (line, function.__name__)
    assert text in fate.source.text.splitlines()[fate.line - fate.source.first]
    assert fate.brief == f"✗ {fate.verdict}, line {line} of {function.__name__}"


def test_what_is_given_for_real_also_tells_the_line():
    fate = expose("never reads", literal.main)
    assert (fate.verdict, fate.line) == (HANGS, line_of(literal.serve_requests, "send("))
    assert "nobody will read" in fate.sentence
    assert fate.conversation() == ["(given for real, by the clock: too much to show)"]


def test_the_conversation_is_told_line_by_line_and_the_same_each_time():
    recv2, recv4 = (line_of(literal.check_client, call) for call in ("recv(2)", "recv(4)"))
    lines = expose("says nothing after Hi", literal.main).conversation()
    assert lines == expose("says nothing after Hi", literal.main).conversation()
    assert lines == [
        "client  connect",
        f"server  accept                            line {line_of(literal.check_client, 'accept')}",
        'client  send b"Hi"',
        f'server  recv(2) → b"Hi"                   line {recv2}',
        f'server  send b"Hello! You can"…           line {recv2 + 1}',
        'client  recv(48) → b"Hello! You can"…',
        f"server  recv(4) … waits                   line {recv4}",
        "client  recv(1) … waits",
    ]


def test_what_nobody_asked_for_is_one_line_in_however_many_pieces_it_comes():
    lines = expose("speaks HTTP", literal.main).conversation()
    assert sum("client  recv(1000) → b" in line for line in lines) == 1
    assert lines[-1] == "client  recv(1000) … waits"


def test_a_conversation_tells_resets_and_the_next_client():
    assert "client  reset" in (lines := expose("resets at once", literal.main).conversation())
    assert lines[-1] == "client  the next one is refused"
    lines = expose("leaves at once", server.main).conversation()
    assert lines[-2] == "client  the next one connects"
    assert lines[-1].startswith("server  waits for the next client")


# ---- learners' servers ----


def listening(check, serve=literal.serve_requests):
    def main(ip, port, timeout_s=9):
        with server.initial_listen(ip, port) as server_socket:
            while True:
                serve(*reversed(check(server_socket, timeout_s)))

    return main


def greeted(server_socket, timeout_s):
    client_socket, _ = server_socket.accept()
    client_socket.settimeout(timeout_s)
    if recv_exactly(client_socket, 2) == b"Hi":
        client_socket.sendall(greeting(["TIME", "NAME", "RAND"]))
        return client_socket, recv_exactly(client_socket, 4).decode()
    return client_socket, EXIT


def test_a_server_that_forgets_to_close_errs():
    def serve(request, client_socket):
        while request != EXIT:
            client_socket.sendall(frame(answer_to(request)))
            request = recv_exactly(client_socket, 4).decode()
        kept.append(client_socket)

    kept = []
    fate = expose("polite", listening(greeted, serve))
    assert (fate.verdict, fate.held) == (ERRS, False)
    assert "has not closed the connection" in fate.sentence


def test_a_server_that_does_not_look_at_the_handshake_errs():
    def check(server_socket, timeout_s):
        client_socket, _ = server_socket.accept()
        client_socket.settimeout(timeout_s)
        client_socket.recv(2)
        client_socket.sendall(greeting(["TIME"]))
        try:
            return client_socket, recv_exactly(client_socket, 4).decode() or EXIT
        except OSError:
            return client_socket, EXIT

    fate = expose("wrong handshake", listening(check))
    assert fate.verdict == ERRS
    assert 'b"Hello! You can"… came where the end was due' in fate.sentence


def test_a_server_for_one_client_only_dies():
    def once(ip, port):
        with server.initial_listen(ip, port) as server_socket:
            literal.serve_requests(*reversed(greeted(server_socket, None)))

    assert (
        expose("polite", once).sentence
        == "dies: its program came to its end, and serves nobody any more"
    )


def test_a_server_that_computes_for_ever_hangs(monkeypatch):
    def stares(server_socket, timeout_s):
        server_socket.accept()
        while True:
            pass

    monkeypatch.setattr("lenproto.lab.stage.REST_S", 0.1)
    fate = expose("polite", listening(stares))
    assert fate.verdict == HANGS
    assert "makes no call" in fate.sentence


def drips_by_the_byte(client_socket, n):
    """Its time limit holds for each byte, not for all of them: on the stage nobody can tell."""
    got = b""
    while len(got) < n and (piece := client_socket.recv(1)):
        got += piece
    return got


def test_the_clock_tells_whether_a_time_limit_holds_for_all_bytes(monkeypatch):
    def check(server_socket, timeout_s):
        client_socket, _ = server_socket.accept()
        client_socket.settimeout(timeout_s)
        try:
            if drips_by_the_byte(client_socket, 2) == b"Hi":
                client_socket.sendall(greeting(["TIME"]))
                return client_socket, drips_by_the_byte(client_socket, 4).decode() or EXIT
        except OSError:
            pass
        return client_socket, EXIT

    monkeypatch.setattr("lenproto.lab.shocks.table.MARGIN_S", 0.1)
    assert on_stage(shock_named("drips"), listening(check, server.serve_requests)).held
    fate = expose("drips", listening(check, server.serve_requests))
    assert fate.verdict == ERRS
    assert "the connection is still open" in fate.sentence


def raises(ip, port):
    raise ValueError("no idea")


def sleeps(ip, port):
    while True:
        time.sleep(1)


@pytest.mark.parametrize("name", ["polite", "1000 clients"])
@pytest.mark.parametrize(
    "server, said",
    [
        (lambda ip, port: None, "dies: its program came to its end"),
        (raises, "dies in line {} of raises: ValueError: no idea"),
    ],
)
def test_a_server_that_never_listens_is_told(name, server, said):
    assert expose(name, server).sentence.startswith(said.format(line_of(raises, "raise ")))


def test_a_server_that_comes_to_no_accept_hangs(monkeypatch):
    monkeypatch.setattr(real, "LIMIT_S", 0.1)
    fate = expose("1000 clients", sleeps)
    assert (
        fate.sentence
        == f"hangs: after 0.1 s it does not wait for a client; it is in line {line_of(sleeps, 'sleep(')} of sleeps"
    )


# ---- a shock as a program ----


@pytest.mark.parametrize(
    "shock",
    [shock for shock in SHOCKS if fits_a_stage(shock)],
    ids=lambda shock: shock.name,
)
def test_a_program_has_a_line_for_each_step(shock):
    lines = inspect.getsource(program(shock)).splitlines()
    assert lines[1].strip() == f'"""{shock.story}"""'
    # the client closes in the end, if its script does not
    assert len(lines) - 3 - len(shock.script) in (0, 1)
    assert lines[-1].strip() in ("peer.close()", "peer.reset()")


def test_the_stage_shows_the_line_of_a_shock():
    with Stage(program("leaves in a request"), literal.main) as stage:
        stage.play("server", until="recv(2)")
        stage.step("server")
        stage.play("client", until="recv(48)")
        where = stage.position("client").where
        assert where.function == "leaves_in_a_request"
        assert (
            linecache.getline(where.file, where.line).strip() == 'peer.expect(48, "the greeting")'
        )
        stage.run()
        died = stage.position("server")
        assert (died.state, died.function) == ("failed", "serve_requests")
        assert died.failure.where == died.where
        assert died.reason == str(died.failure.words("stage.stopped", name="server"))
        assert "client_socket." in linecache.getline(literal.__file__, died.line)


@pytest.mark.parametrize("name", ["never reads", "1000 clients"])
def test_what_is_too_much_for_a_stage_is_refused(name):
    with pytest.raises(LabError, match="too much for a stage"):
        program(name)


def test_a_shock_of_ones_own_is_given_too():
    whispers = Shock("whispers", "A client says hi.", [Send(b"hi"), ExpectEnd()])
    assert expose(whispers, literal.main).verdict == HANGS
    assert expose(whispers, server.main).held


def test_a_shock_of_ones_own_may_be_too_much_for_a_stage():
    crowd = Shock(
        "crowd",
        "Ten clients come and go.",
        [Send(b"HiEXIT"), Expect(48, "the greeting"), ExpectEnd()],
        times=10,
    )
    assert expose(crowd, server.main).sentence == "holds: 10 clients served, and the next one too"


def test_a_script_that_is_no_list_is_refused():
    with pytest.raises(LabError, match="The script of 'whispers' is no list of steps"):
        expose(Shock("whispers", "A client says hi.", Send(b"hi")), literal.main)


def test_an_unknown_name_is_refused():
    with pytest.raises(LabError, match=r"There is no shock 'drop'\. There are: polite, one byte"):
        expose("drop", literal.main)


def test_every_shock_is_in_one_family():
    members = [name for names in families().values() for name in names]
    assert sorted(members) == sorted(shock.name for shock in SHOCKS)
    assert "others" not in families()


@pytest.mark.parametrize("sends, expects, said", [
    (b"1234", "expect", "the connection ended after 4 of 5 bytes of it"),
    (b"4x2!", "expect_answer", "four digits"),
    (b"00", "expect_answer", "the connection ended after 2 of 4 header bytes"),
    (b"0003ab", "expect_answer", "ended after 2 of 3 bytes of answer"),
    (b"0000", "expect_answer", "the answer is ''"),
    (b"late", "expect_end", 'b"late" came where the end was due'),
])  # fmt: skip
def test_a_staged_peer_says_what_was_not_met(scripted_server, sends, expects, said):
    peer = StagedPeer(*scripted_server(lambda sock: sock.sendall(sends)))
    with pytest.raises(NotMet, match=said.replace("\\", "\\\\")):
        getattr(peer, expects)(*(5, "it")[: 2 * (expects == "expect")])
    assert peer.sock.fileno() == -1


def test_a_staged_peer_sends_in_pieces(scripted_server):
    got = []

    def script(sock):
        sock.settimeout(5)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while piece := sock.recv(1):
            got.append(piece)

    peer = StagedPeer(*scripted_server(script))
    peer.send(b"NAME", piece=1)
    peer.shut_down()
    peer.expect_end()
    peer.close()
    assert b"".join(got) == b"NAME"
