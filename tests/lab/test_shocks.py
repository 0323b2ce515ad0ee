"""The table of shocks: our two programs withstand all, a server in Node too, the course-literal one those it should."""

import contextlib
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from helpers.peers import foreign
from helpers.peers.bare import TIME_LIMIT_S, ScriptedServer
from helpers.programs import LENPROTO, Server, run

import lenproto.commands.shock as shock_command_module
from lenproto import client
from lenproto.__main__ import main
from lenproto.lab import Background, Stage, literal, tap
from lenproto.lab.shocks import script
from lenproto.lab.shocks.player import Outcome, play, shock_client, shock_server
from lenproto.lab.shocks.script import (
    LIMIT_S,
    Close,
    Expect,
    ExpectAnswer,
    ExpectEnd,
    Flood,
    Goodbye,
    NotMet,
    Peer,
    Reset,
    Send,
    ShutDown,
    Wait,
)
from lenproto.lab.shocks.table import client_shocks, server_shocks

TIMEOUT_S = 0.5  # the time limit of a program under test whose other side falls silent
PATIENT_S = 20.0  # and of all others: on a busy computer half a second is soon over
LITERAL_LIMIT_S = 1.0  # the literal server has no time limit, and the test should end
CLIENT = f"{sys.executable} -m lenproto client --ip {{ip}} --port {{port}} --timeout"


def limit_s(shock):
    """The time limit of a program that is given this shock."""
    return TIMEOUT_S if shock.manner == "silent" else PATIENT_S


against_a_server = pytest.mark.parametrize(
    "shock", server_shocks(TIMEOUT_S), ids=lambda shock: shock.id
)
against_a_client = pytest.mark.parametrize(
    "shock", client_shocks(TIMEOUT_S), ids=lambda shock: shock.id
)


def held(process="self"):
    """Return a process's open files, pipes and sockets by number, and its threads. Only Linux tells; else None."""
    if sys.platform != "linux":
        return None
    folder, names = pathlib.Path("/proc", str(process)), {}
    for descriptor in (folder / "fd").iterdir():
        with contextlib.suppress(OSError):  # the descriptor that lists the folder is gone by now
            names[descriptor.name] = os.readlink(descriptor)
    return names, {thread.name for thread in (folder / "task").iterdir()}


@pytest.mark.skipif(
    sys.platform != "linux",
    reason="only Linux tells what another process holds: the shocks' tests see less here",
)
def test_what_a_process_holds_is_seen():
    before, ends = held(), threading.Event()
    with tempfile.TemporaryFile(), socket.socket():
        assert len(held()[0]) == len(before[0]) + 2
    thread = threading.Thread(target=ends.wait)
    thread.start()
    assert len(held(os.getpid())[1]) == len(before[1]) + 1
    ends.set()
    thread.join()
    assert held()[0] == before[0]


@pytest.fixture(scope="module")
def ours():
    """The server program itself, once for each time limit. It takes all shocks, one after another."""
    with (
        Server("--timeout", str(TIMEOUT_S)) as quick,
        Server("--timeout", str(PATIENT_S)) as patient,
    ):
        yield {TIMEOUT_S: quick, PATIENT_S: patient}
        quick.ends_well()
        patient.ends_well()


@against_a_server
def test_our_server_withstands(ours, shock):
    program = ours[limit_s(shock)]
    before = held(program.process.pid), held()
    assert program.open_sockets() in (1, None), "it listens, and nothing else"
    outcome = shock_server(program.address, shock)
    assert outcome.held, f"{outcome.problem}\n{outcome}"
    assert program.process.poll() is None
    assert (held(program.process.pid), held()) == before, (
        "neither side keeps a socket, a file or a thread"
    )
    assert program.stderr() == ""


@pytest.mark.parametrize(
    "shock", server_shocks(0.1, flood_margin_s=1.0), ids=lambda shock: shock.id
)
def test_the_literal_server_withstands_only_what_the_table_says(shock, monkeypatch):
    running = Background(
        literal.initial_listen, literal.check_client, literal.serve_requests, name="literal"
    )

    def until_it_has_read(_):
        tap.settle([running.actor], limit_s=LIMIT_S)

    # a pause is for the server to read what was sent: on a busy computer by the clock it may not
    pauses = SimpleNamespace(monotonic=time.monotonic, sleep=until_it_has_read)
    monkeypatch.setattr(script, "time", pauses)
    try:
        outcome = shock_server(running.address, shock, LITERAL_LIMIT_S)
    finally:
        running.stop()
    assert outcome.held == (not shock.literal), f"{outcome.problem}\n{outcome}"


def test_the_literal_program_holds_a_polite_conversation():
    with Stage(client.main, literal.main, ["NAME", "what", "EXIT"]) as both:
        both.run()
        assert both.result("client") is True
        assert "I do not know 'WHAT'" in both.printed("client")
        assert both.position("server").function == "check_client"


@pytest.fixture(scope="module", params=["Node", "C"])
def in_another_language(request, tmp_path_factory):
    """The addresses of a server that was made from the contract alone, by time limit."""
    folder = tmp_path_factory.mktemp("foreign")
    command = (
        foreign.node("for_ever.js")
        if request.param == "Node"
        else foreign.in_c(folder, "for_ever.c")
    )
    with running(command, TIMEOUT_S) as quick, running(command, PATIENT_S) as patient:
        yield {TIMEOUT_S: quick, PATIENT_S: patient}


@contextlib.contextmanager
def running(command, timeout_s):
    """A server that ends well when its standard input does; its address."""
    with subprocess.Popen(
        [*command, str(timeout_s)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield "127.0.0.1", int(process.stdout.readline())
        process.stdin.close()
        assert process.wait(TIME_LIMIT_S) == 0, "no shock has ended it"


@against_a_server
def test_a_server_in_another_language_withstands(in_another_language, shock):
    outcome = shock_server(in_another_language[limit_s(shock)], shock)
    assert outcome.held, f"{outcome.problem}\n{outcome}"


TOLD = {  # what our client's one line says of each shock that ends the conversation
    "refuses": "refused",
    "no such address": "no such address",
    "closes at once": "after 0 of 48 bytes",
    "resets at once": "cut",
    "closes in the greeting": "after 20 of 48 bytes",
    "length is no number": "b'4x2!'",
    "negative length": "b'-001'",
    "length with spaces": "b'  17'",
    "promises too much": "after 3 of 10 bytes",
    "resets in the body": "cut",
    "closes in the header": "after 2 of 4",
    "no greeting": "in time",
    "half a greeting": "in time",
    "no answer": "in time",
    "half an answer": "in time",
}


@against_a_client
def test_our_client_withstands_and_tells_why_it_ends_in_one_line(shock):
    before = held()
    outcome = shock_client(f"{CLIENT} {limit_s(shock)}", shock, limit_s(shock))
    assert outcome.held, f"{outcome.problem}\n{outcome}"
    ends = time.monotonic() + TIME_LIMIT_S
    while held() != before and time.monotonic() < ends:
        pass  # a thread that has been joined may still be on its way out of the system's table
    assert held() == before, "no socket, pipe or thread is kept"
    complaints = [
        line
        for line in outcome.said.splitlines()
        if "No contact with " in line or "The conversation broke off: " in line
    ]
    if shock.name in TOLD:
        greeted = "Hello!" in outcome.said
        assert len(complaints) == 1 and TOLD[shock.name] in complaints[0]
        assert ("The conversation broke off: " if greeted else "No contact with ") in complaints[0]
    elif shock.name != "closes between two answers":  # a FIN, then perhaps a RST, tells it
        assert complaints == []


def test_what_is_told_is_told_of_shocks_in_the_table():
    assert set(TOLD) <= {shock.name for shock in client_shocks(TIMEOUT_S)}


CARELESS = """
import socket
sock = socket.create_connection(("{ip}", {port}))
sock.sendall(b"Hi")
print(sock.recv(48))
sock.sendall(input()[:4].upper().encode())
print(sock.recv(int(sock.recv(4))).decode())
sock.sendall(input().encode())
"""


def test_a_careless_client_fails_where_it_should(tmp_path):
    program = tmp_path / "careless.py"
    program.write_text(
        "import sys\n"
        + CARELESS.replace('"{ip}"', "sys.argv[1]").replace("{port}", "int(sys.argv[2])")
    )
    outcomes = {
        shock.name: shock_client(
            f"{sys.executable} {program} {{ip}} {{port}}", shock, TIMEOUT_S, 3.0
        )
        for shock in client_shocks(TIMEOUT_S)
        if shock.name
        in ("polite", "length is no number", "no answer", "refuses", "no such address")
    }
    assert outcomes["polite"].held
    assert "traceback" in str(outcomes["length is no number"].problem)
    assert "still open" in str(outcomes["no answer"].problem)
    assert "ConnectionRefusedError" in str(outcomes["refuses"].problem)
    assert "gaierror" in str(outcomes["no such address"].problem)


def test_no_name_server_can_be_asked_for_the_address_that_is_none():
    [shock] = (shock for shock in client_shocks(TIMEOUT_S) if shock.ip != "127.0.0.1")
    assert len(shock.ip) > 255, "RFC 1035, 2.3.4: a query has no room for it"
    assert max(map(len, shock.ip.split("."))) < 64, (
        "else Python refuses it itself, with another error"
    )
    assert shock.ip.endswith(".invalid")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals that end a program")
def test_a_client_that_crashes_has_not_withstood():
    crashes = f"{sys.executable} -c 'import os; os.kill(os.getpid(), 9)' {{ip}} {{port}}"
    [shock] = (shock for shock in client_shocks(TIMEOUT_S) if shock.name == "refuses")
    assert "crashed" in str(shock_client(crashes, shock, TIMEOUT_S).problem)


def test_a_client_that_ends_before_it_is_typed_to_has_withstood_a_refusal():
    [shock] = (shock for shock in client_shocks(TIMEOUT_S) if shock.name == "refuses")
    assert shock_client(
        f"{sys.executable} -S -c pass {{ip}} {{port}}",
        replace(shock, typed=("x" * 1_000_000,)),
        TIMEOUT_S,
    ).held


REFUSES = next(shock for shock in client_shocks(TIMEOUT_S) if shock.name == "refuses")
LEAVES_A_CHILD = """
import socket, subprocess, sys
own = socket.create_server(("127.0.0.1", 0))
CHILD = '''
import socket, sys
to = [socket.create_connection(("127.0.0.1", int(port))) for port in sys.argv[1:]]
to[0].recv(1)
'''
subprocess.Popen([sys.executable, "-c", CHILD, "%d", str(own.getsockname()[1])])
own.accept()
"""


def program_of(tmp_path, source):
    """The command that runs a client of this source."""
    file = tmp_path / "client.py"
    file.write_text(source, "utf-8")
    return f"{sys.executable} {file} {{ip}} {{port}}"


def test_what_a_client_has_started_is_ended_with_it_and_not_waited_for(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as here:
        here.settimeout(TIME_LIMIT_S)
        source = LEAVES_A_CHILD % here.getsockname()[1]
        outcome = shock_client(program_of(tmp_path, source), REFUSES, TIMEOUT_S)
        assert outcome.held, "though the child holds its output open"
        child, _ = here.accept()
    with child:
        child.settimeout(TIME_LIMIT_S)
        with contextlib.suppress(ConnectionError):
            assert child.recv(1) == b"", "it has ended"


def test_of_a_client_that_prints_without_end_so_much_is_read_and_no_more(tmp_path):
    command = program_of(tmp_path, "while True: print('x' * 9999)")
    outcome = shock_client(command, REFUSES, PATIENT_S, PATIENT_S)
    assert str(outcome.problem) == "it printed more than 1,000,000 bytes"
    assert len(outcome.said) == 1_000_000


# ---- the steps ----


@pytest.fixture
def peer(connected_pair):
    return Peer(connected_pair[0], limit_s=0.2)


def played(peer, *script):
    notes = []
    play(script, peer, notes, 0.0)
    return notes


def test_bytes_are_sent_in_pieces(peer, connected_pair):
    [note] = played(peer, Send(b"abc", 2, 0.01))
    assert connected_pair[1].recv(2) == b"ab"
    assert connected_pair[1].recv(9) == b"c"
    assert note.sent == b"abc"
    assert str(Send(b"abc", 1, 0.5)) == 'send b"abc", 1 byte at a time, 0.5 s after each'


@pytest.mark.parametrize(
    "sends, step, problem",
    [
        (b"", Expect(2, "the greeting"), "0 of 2 bytes came in time"),
        (b"x", Expect(2, "the greeting"), "1 of 2 bytes came in time"),
        (b"no", Expect(2, "the greeting", b"Hi"), 'b"no" came instead of b"Hi"'),
        (b"12x4", ExpectAnswer(), 'b"12x4" stands where four digits must say the length'),
        (b"0000", ExpectAnswer(), "the answer is ''"),
        (b"0001\xff", ExpectAnswer(), r'the answer b"\xff" is no UTF-8'),
        (b"0004lena", ExpectAnswer("maya"), "the answer is 'lena'"),
        (b"x", ExpectEnd(), 'b"x" came instead'),
        (b"", ExpectEnd(0.05), "the connection is still open after 0.05 s"),
        (b"NAME", Goodbye(), 'b"NAME" came instead'),
        (
            b"",
            Flood(b"x" * 9, 0.1),
            "the connection is still open 0.1 s after it took the last bytes",
        ),
    ],
)
def test_what_is_not_met_is_said_in_a_sentence(peer, connected_pair, sends, step, problem):
    connected_pair[1].sendall(sends)
    notes = played(peer, step, Send(b"never sent"))
    assert [str(note.problem) for note in notes] == [problem]
    assert problem in str(notes[0])


def test_who_always_reads_on_is_not_flooded_for_ever(peer, connected_pair, monkeypatch):
    monkeypatch.setattr(script, "FLOOD_S", 0.1)
    monkeypatch.setattr(script, "FLOOD_BYTES", 100_000)
    took = []

    def read_on():
        while data := connected_pair[1].recv(100_000):
            took.append(data)

    reader = threading.Thread(target=read_on)
    reader.start()
    notes = played(peer, Flood(b"????", 60))
    assert [str(note.problem) for note in notes] == ["it still takes all that is sent after 0.1 s"]
    connected_pair[0].close()
    reader.join()
    sent = b"".join(took)
    assert sent == b"?" * len(sent) != b""


@pytest.mark.parametrize(
    "sends, step, problem",
    [
        (
            b"x",
            Expect(2, "the greeting"),
            "the connection ended after 1 of 2 bytes of the greeting",
        ),
        (b"00", ExpectAnswer(), "the connection ended after 2 of 4 header bytes"),
        (b"0004le", ExpectAnswer(), "the connection ended after 2 of 4 bytes of answer"),
        (b"", ExpectEnd(), ""),
        (b"", Goodbye(), ""),
        (b"EXIT", Goodbye(), ""),
        (b"0004lena", ExpectAnswer("en"), ""),
    ],
)
def test_what_a_side_that_ends_has_sent(peer, connected_pair, sends, step, problem):
    connected_pair[1].sendall(sends)
    connected_pair[1].close()
    assert [str(note.problem) for note in played(peer, step)] == [problem]


@pytest.mark.parametrize(
    "step, reads", [(Close(), b""), (ShutDown(), b""), (Reset(), ConnectionResetError)]
)
def test_each_way_to_end(peer, connected_pair, step, reads):
    played(peer, step)
    if reads == b"":
        assert connected_pair[1].recv(1) == b""
    else:
        with pytest.raises(reads):
            connected_pair[1].recv(1)


def test_a_side_that_has_gone_cannot_be_sent_to(peer, connected_pair):
    connected_pair[1].close()

    def send_on():
        for _ in range(100):
            Send(b"x" * 1000).play(peer)

    with pytest.raises(NotMet, match="nothing can be sent any more"):
        send_on()


def test_times_of_steps_follow_one_another(peer):
    notes = played(peer, Wait(0.02), Wait(0.01))
    assert notes[0].took_s >= 0.02
    assert notes[1].at_s >= notes[0].at_s + notes[0].took_s


def test_names_are_unique_and_stories_are_sentences():
    for table in (server_shocks(1), client_shocks(1)):
        assert len({shock.name for shock in table}) == len(table)
        assert all(str(shock.story).endswith(".") for shock in table)


# ---- the command ----


def shock_command(*arguments):
    return run([*LENPROTO, "shock", *arguments])


def test_the_command_tells_all_steps_as_json(ours):
    done = shock_command(
        "{}:{}".format(*ours[TIMEOUT_S].address), "--only", "leaves in a request", "--json"
    )
    [told] = json.loads(done.stdout)
    assert told["held"] and told["name"] == "leaves in a request"
    assert [step["sent"] for step in told["steps"]][1:4] == [b"Hi".hex(), "", b"NA".hex()]
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_shows_a_table_and_the_steps_of_the_first_that_failed():
    def hangs_up(sock):
        sock.recv(2)

    with ScriptedServer(hangs_up) as scripted:
        done = shock_command("{}:{}".format(*scripted.address), "--only", "two requests at once")
    assert done.returncode == 1
    assert "✗ failed" in done.stdout and "0 of 1 held." in done.stdout
    assert (
        "expect the greeting, 48 bytes\n          ✗ the connection ended after 0 of 48 bytes"
        in done.stdout
    )
    assert done.stderr == ""


def test_a_server_that_serves_nobody_any_more_is_given_no_more_shocks():
    with Background(
        literal.initial_listen, literal.check_client, literal.serve_requests, name="literal"
    ) as running:
        done = shock_command(
            "{}:{}".format(*running.address), "--json", "--timeout", str(TIMEOUT_S)
        )
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert [row["name"] for row in told] == [shock.name for shock in server_shocks(TIMEOUT_S)]
    assert [row["held"] for row in told[:2]] == [True, False]
    assert all(
        row["problem"] == "not given: since 'one byte at a time' the server serves nobody"
        for row in told[2:]
    )


def test_where_nobody_listens_that_is_all_that_is_said():
    with socket.socket() as holds:  # and does not listen
        holds.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*holds.getsockname())
        for more in ([], ["--json"], ["--only", "drips"]):
            done = shock_command(address, *more)
            assert (done.returncode, done.stdout.strip()) == (2, "")
            assert done.stderr == (
                f"Nobody listens at {address}: no connection: ConnectionRefusedError.\n"
            )


@pytest.mark.parametrize(
    "speaks",
    [b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b""],
)
def test_who_speaks_another_protocol_is_told_so_in_a_line_and_given_no_more(speaks):
    def other(sock):
        sock.recv(2)
        sock.sendall(speaks)

    with ScriptedServer(other) as scripted:
        done = shock_command("{}:{}".format(*scripted.address))
    assert (done.returncode, done.stdout.strip()) == (2, "")
    [line] = done.stderr.splitlines()
    assert "does not answer Hi with the greeting of this protocol: step 3" in line


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_ctrl_c_shows_what_was_found_so_far(how, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    given = []

    def give(address, shock, *limit):
        if len(given) == 2:
            raise KeyboardInterrupt
        given.append(shock)
        return Outcome(shock)

    monkeypatch.setattr(shock_command_module, "shock_server", give)
    assert main(["shock", "127.0.0.1:1", *how]) == 130
    said = capsys.readouterr().out
    if how:
        told = json.loads(said.removesuffix("\nstopped\n"))
        assert [row["name"] for row in told] == [shock.id for shock in given]
    else:
        assert f"2 of the 2 given so far held; there are {len(server_shocks(2))}." in said
        assert given[1].name in said and "3 of" not in said


def test_the_command_shocks_a_client():
    done = shock_command(
        "--client", f"{CLIENT} {TIMEOUT_S}", "--only", "polite", "--timeout", str(TIMEOUT_S)
    )
    assert done.returncode == 0
    assert "1 of 1 held." in done.stdout


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["192.0.2.1:80"], "192.0.2.1 is another computer"),
        (["example.invalid:80"], "another computer"),
        ([], "give either"),
        (["127.0.0.1:1", "--client", "x"], "give either"),
        (["127.0.0.1:1", "--only", "no such"], "There is no shock 'no such'"),
        (["--client", "no-such-program"], "no-such-program is not there"),
        (["--client", "x {y}"], "may hold {ip} and {port}"),
        (["127.0.0.1"], "is no IP:PORT"),
        ([":80"], "is no IP:PORT"),
        (["127.0.0.1:0"], "is no IP:PORT"),
        (["127.0.0.1:99999"], "is no IP:PORT"),
        (["127.0.0.1:http"], "is no IP:PORT"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments, said):
    done = shock_command(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
