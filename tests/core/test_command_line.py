"""The command line, as a person in a terminal or a shell script meets it."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import tomllib

import pytest
from helpers.peers.bare import (
    TIME_LIMIT_S,
    connect,
    converse,
    read,
    read_answer,
    read_to_the_end,
)
from helpers.places import CORPUS, ROOT
from helpers.programs import LENPROTO, Printed, Server, environment, run, run_client, run_server

from lenproto.__main__ import main
from lenproto.commands.signals import ENDING, Ended, heard_as_ctrl_c

pytestmark = pytest.mark.usefixtures("signals_of_a_terminal")
GREETING = "Hello! You can ask for: TIME, NAME, RAND or EXIT"
posix_only = pytest.mark.skipif(
    os.name == "nt", reason="Windows has no POSIX shell and no SIGINT for another process"
)


@pytest.fixture(scope="module")
def server():
    with Server("--name", "שלום", "--timeout", "60") as program:
        yield program


def one_line(ended, begins):
    """Check that the program failed with one line on standard error; return the line."""
    assert ended.returncode not in (0, None)
    (line,) = ended.stderr.splitlines()
    assert line.startswith(begins)
    assert len(line) > len(begins) + 10, "it says why, and what to do"
    return line


# The server


def test_server_says_first_where_it_listens():
    with Server() as program:
        # its output is a pipe here: a line that is not flushed would not come
        ip, port = program.address
        assert program.first_line == f"listening on 127.0.0.1:{port}"
        assert ip == "127.0.0.1" and 0 < port < 65536
        converse(program.address)
        program.ends_well()


def test_server_listens_at_the_address_it_is_told():
    with Server("--ip", "0.0.0.0") as program:
        ip, port = program.address
        assert ip == "0.0.0.0"
        assert converse(("127.0.0.1", port))[0] == GREETING.encode()
        program.ends_well()


@posix_only
def test_server_prints_a_line_a_client_and_a_word_at_ctrl_c():
    with Server() as program:
        ports = []
        for _ in range(3):
            with connect(program.address) as sock:
                sock.sendall(b"HiEXIT")
                assert len(read_to_the_end(sock)) == 48
                ports.append(sock.getsockname()[1])
            assert str(ports[-1]) in program.line(), "the line is there while the server runs"
        program.press_ctrl_c()
        assert program.end() == (0, ["stopped"])
        assert program.stderr() == ""


@pytest.mark.parametrize("name", ["שלום", "", "a name with spaces", "x" * 9999])
def test_server_answers_name_with_what_it_was_told(name):
    with Server("--name", name) as program:
        assert converse(program.address, b"NAME")[1] == [name.encode()]
        program.ends_well()


def test_server_answers_name_with_the_computers_name_by_default():
    with Server() as program:
        assert converse(program.address, b"NAME")[1] == [socket.gethostname().encode()]
        program.ends_well()


def test_server_with_a_timeout_drops_a_silent_client_and_with_0_it_does_not():
    with Server("--timeout", "0.05") as program, connect(program.address) as silent:
        assert read_to_the_end(silent) == b""
        program.ends_well()
    with Server("--timeout", "0") as program, connect(program.address) as silent:
        silent.settimeout(0.2)
        with pytest.raises(TimeoutError):
            silent.recv(1)
        silent.sendall(b"Hi")
        assert read(silent, 48) == GREETING.encode()
        program.ends_well()


# The server's output has nowhere to go


def test_server_goes_on_when_the_reader_of_its_output_goes_away():
    with Server(reads_lines=1) as program:
        program.reader.join(TIME_LIMIT_S)  # the pipe is closed
        for _ in range(500):
            # their lines are more than Python keeps in memory before it must write
            assert converse(program.address)[0] == GREETING.encode()
        program.press_ctrl_c() if os.name == "posix" else program.process.kill()
        code, _ = program.end()
        assert program.stderr() == ""
        assert code == 0 or os.name == "nt"


def redirected(redirection, *arguments):
    """Return the command that runs lenproto in a shell, with a standard stream closed or led elsewhere."""
    return ["sh", "-c", f'exec "$@" {redirection}', "sh", *LENPROTO, *arguments]


@posix_only
@pytest.mark.parametrize(
    "redirection", [">&-", ">/dev/full"], ids=["no output at all", "a full disk"]
)
def test_server_goes_on_where_it_can_print_nothing(redirection):
    if redirection == ">/dev/full" and not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full, a disk that is always full")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()  # the program cannot say which port it chose
    with Printed(redirected(redirection, "server", "--port", str(address[1]))) as program:
        greeting = None
        while greeting is None and program.process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError):  # it is not listening yet
                greeting, _ = converse(address)
        assert greeting == GREETING.encode(), program.stderr()
        program.press_ctrl_c()
        assert program.end()[0] == 0
        assert program.stderr() == ""


@posix_only
def test_server_needs_no_standard_error_at_all():
    with Printed(redirected("2>&-", "server", "--port", "0")) as program:
        port = program.line().rpartition(":")[2]
        assert converse(("127.0.0.1", int(port)))[0] == GREETING.encode()
        program.press_ctrl_c()
        assert program.end()[0] == 0


# The server cannot listen


def test_a_port_that_is_taken_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run_server("--port", str(port))
    assert "taken" in one_line(ended, f"lenproto: cannot listen on 127.0.0.1:{port}: ")
    assert ended.stdout == ""


def test_a_second_server_on_the_same_port_is_told_so_and_the_first_goes_on(server):
    ip, port = server.address
    ended = run_server("--port", str(port))
    assert "taken" in one_line(ended, f"lenproto: cannot listen on {ip}:{port}: ")
    assert converse(server.address, b"NAME")[1] == ["שלום".encode()]


@pytest.mark.parametrize("port", ["65536", "-1", "99999999999999999999"])
@pytest.mark.parametrize(
    "command, begins",
    [
        ("server", "lenproto: cannot listen on 127.0.0.1:"),
        ("client", "No contact with 127.0.0.1:"),
    ],
)
def test_a_port_out_of_range_is_told_in_one_line(command, begins, port):
    assert "0 to 65535" in one_line(run([*LENPROTO, command, "--port", port]), f"{begins}{port}: ")


NO_ADDRESS = {
    "of IPv6": "::1",
    "badly written": "two..dots",
    "not ASCII": "שרת",
    "not even characters": "\udcff",
    "with a number too large": "127.0.0.256",
}


@pytest.mark.parametrize("ip", NO_ADDRESS.values(), ids=NO_ADDRESS)
@pytest.mark.parametrize(
    "command, begins", [("server", "lenproto: cannot listen on "), ("client", "No contact with ")]
)
def test_what_is_no_address_is_told_in_one_line(command, begins, ip):
    if ip == "\udcff" and sys.platform != "linux":
        pytest.skip("only Linux takes any bytes for an argument")
    ended = run([*LENPROTO, command, "--ip", ip, "--port", "0"])
    one_line(ended, begins + ip.replace("\udcff", r"\udcff") + ":0: ")


def test_an_address_of_another_computer_is_told_in_one_line():
    ended = run_server("--ip", "192.0.2.1", "--port", "0")  # RFC 5737: nobody has this address
    assert "this computer has no such address" in one_line(
        ended, "lenproto: cannot listen on 192.0.2.1:0: "
    )


def without_the_right_to_low_ports():
    """Return what a child does before it starts, so that it may not use ports below 1024; or skip."""
    first_free = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if first_free.exists() and int(first_free.read_text()) <= 1:
        pytest.skip("everybody may use ports below 1024 here (ip_unprivileged_port_start)")
    if os.name == "nt":
        pytest.skip("everybody may use ports below 1024 on Windows")
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        pytest.skip(
            "root may use every port, and has no way to give up that right alone on this system"
        )
    # <linux/prctl.h>, capability.h
    prctl, drop_from_bounding_set, net_bind_service = ctypes.CDLL(None).prctl, 24, 10
    return lambda: prctl(drop_from_bounding_set, net_bind_service, 0, 0, 0)


def test_a_port_that_is_not_permitted_is_told_in_one_line():
    ended = run_server("--port", "1", preexec_fn=without_the_right_to_low_ports())
    if sys.platform == "darwin" and ended.returncode == 0:
        pytest.skip("this macOS lets everybody use ports below 1024")
    assert "choose a larger one" in one_line(ended, "lenproto: cannot listen on 127.0.0.1:1: ")


@pytest.mark.parametrize("name", ["x" * 10000, "\udcff"], ids=["too long", "not even characters"])
def test_a_name_that_cannot_be_an_answer_is_told_before_the_first_client(name):
    if name == "\udcff" and sys.platform != "linux":
        pytest.skip("only Linux takes any bytes for an argument")
    ended = run_server("--port", "0", "--name", name)
    one_line(ended, "lenproto: cannot listen on 127.0.0.1:0: ")
    assert ended.stdout == ""


# Signals that end a program

SIGNALS = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
ENDED_WHILE_JUDGING = """
import signal, sys
import lenproto.__main__, lenproto.commands.{command} as command
command.run = lambda args: signal.raise_signal(signal.{name})
sys.argv = ["lenproto", "{command}", "x"]
sys.exit(lenproto.__main__.main())
"""


@posix_only
@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("said", [None, b"", b"HiNAME"])
def test_a_signal_ends_the_server_like_ctrl_c(name, said):
    with Server() as program, contextlib.ExitStack() as client:
        if said is not None:
            sock = client.enter_context(connect(program.address))
            sock.sendall(said)
            assert program.line().startswith("client ")
            if said:  # it waits for the next request
                assert read(sock, 48) == GREETING.encode()
                read_answer(sock)
        program.process.send_signal(getattr(signal, name))
        assert program.end() == (0, ["stopped"])
        assert program.stderr() == "", "no socket was left open, either"


@posix_only
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_ends_the_client_at_the_prompt_like_ctrl_c(server, name):
    ip, port = server.address
    command = [*LENPROTO, "client", "--ip", ip, "--port", str(port)]
    with Printed(command, stdin=subprocess.PIPE) as program:
        assert program.line() == GREETING
        with pytest.raises(subprocess.TimeoutExpired):
            program.process.wait(0.05)  # it waits at the prompt, and nobody types
        program.process.send_signal(getattr(signal, name))
        code, lines = program.end()
        assert (code, lines[-1], program.stderr()) == (0, "stopped", "")


@posix_only
@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("command", ["check", "grade"])
def test_a_signal_that_ends_a_judging_program_is_its_exit_code(name, command):
    program = ENDED_WHILE_JUDGING.format(command=command, name=name)
    ended = run([sys.executable, "-c", program])
    assert (ended.returncode, ended.stdout) == (128 + getattr(signal, name), "\nstopped\n")
    assert ended.stderr == ""


@posix_only
def test_a_server_that_is_to_outlive_its_terminal_does():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does it
    try:
        program = Server()
    finally:
        signal.signal(signal.SIGHUP, before)
    with program, connect(program.address) as sock:
        program.process.send_signal(signal.SIGHUP)
        sock.sendall(b"Hi")
        assert read(sock, 48) == GREETING.encode()
        program.ends_well()


def handlers():
    return [signal.getsignal(getattr(signal, name)) for name in ENDING if hasattr(signal, name)]


def heard(monkeypatch, argv):
    """Run a command in this process; return the handlers within, and what it gave."""
    monkeypatch.setattr("lenproto.__main__.prepare_standard_streams", lambda: None)
    monkeypatch.setattr("lenproto.commands.client.run", lambda args: within.append(handlers()) or 7)
    monkeypatch.setattr(sys, "argv", ["lenproto", "client"])
    within = []
    return main(argv), *within


def test_only_a_program_hears_signals_and_nobody_else_who_imports_or_calls_it(monkeypatch):
    before = handlers()
    assert heard(monkeypatch, ["client"]) == (7, before)
    code, within = heard(monkeypatch, None)
    assert code == 7
    assert within != before
    assert handlers() == before


def test_the_command_line_runs_outside_of_the_main_thread_too(monkeypatch):
    before, done = handlers(), []
    thread = threading.Thread(target=lambda: done.append(heard(monkeypatch, None)))
    thread.start()
    thread.join(TIME_LIMIT_S)
    assert done == [(7, before)]


@posix_only
def test_a_terminal_that_is_closed_says_so_twice_and_ends_it_once():
    def closed():
        with heard_as_ctrl_c():
            try:
                signal.raise_signal(signal.SIGHUP)
            finally:
                signal.raise_signal(signal.SIGHUP)

    with pytest.raises(Ended) as ended:
        closed()
    again = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert (ended.value.number, again) == (signal.SIGHUP, signal.SIG_IGN)


# The client


def test_client_asks_what_comes_out_of_a_pipe(server):
    ended = run_client(server.address, "name\nquiz show\nEXIT\nnever asked\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(GREETING + "\n")
    assert "שלום\n" in ended.stdout and "QUIZ" in ended.stdout
    assert ended.stdout.count("Request: ") == 3


@pytest.mark.parametrize("typed", ["", "name\n", "name"])
def test_client_ends_well_where_standard_input_ends(server, typed):
    ended = run_client(server.address, typed)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("שלום") == bool(typed)
    assert ended.stdout.endswith("\n"), "the shell's prompt begins a line of its own"


def test_client_refuses_what_has_no_ascii_form_and_asks_again(server):
    ended = run_client(server.address, "שלום\nname\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("four letters") == 1
    assert ended.stdout.count("שלום") == 1, (
        "the second line was asked and answered, the first was not"
    )


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict", "cp1252:strict"])
def test_client_refuses_what_its_input_cannot_even_decode_and_asks_again(server, encoding):
    variables = environment(PYTHONUTF8="0", PYTHONIOENCODING=encoding)
    ended = run_client(
        server.address, b"\xff\x81\x9d\xfe\nRAND\n", env=variables, text=False, encoding=None
    )
    assert b"Traceback" not in ended.stderr
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.count(b"Request: ") == 3


def test_client_shows_an_answer_its_terminal_has_no_letters_for(server):
    variables = environment(PYTHONUTF8="0", PYTHONIOENCODING="ascii:strict")
    ended = run_client(server.address, "name\n", env=variables)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert r"\u05e9\u05dc\u05d5\u05dd" in ended.stdout


def test_client_tells_a_refused_connection_in_one_line(refused_address):
    ip, port = refused_address
    ended = run_client(refused_address, "")
    assert "refused" in one_line(ended, f"No contact with {ip}:{port}: ")
    assert ended.stdout == ""


def test_client_tells_an_unreachable_network_in_one_line():
    """255.255.255.255 is every computer at once: TCP cannot reach it from anywhere."""
    ended = run_client(("255.255.255.255", 8820), "", "--timeout", "0.2")
    one_line(ended, "No contact with 255.255.255.255:8820: ")


@posix_only
def test_ctrl_c_at_the_prompt_ends_the_client_with_a_word(server):
    ip, port = server.address
    command = [*LENPROTO, "client", "--ip", ip, "--port", str(port)]
    with Printed(command, stdin=subprocess.PIPE) as program:
        assert program.line() == GREETING
        with pytest.raises(subprocess.TimeoutExpired):
            program.process.wait(0.05)  # it waits at the prompt, and nobody types
        program.press_ctrl_c()
        code, lines = program.end()
        assert (code, lines[-1], program.stderr()) == (0, "stopped", "")


@posix_only
def test_ctrl_c_while_the_server_is_silent_ends_the_client_with_a_word():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(TIME_LIMIT_S)
        with Printed([*LENPROTO, "client", "--port", str(silent.getsockname()[1])]) as program:
            accepted, _ = silent.accept()
            with accepted:
                accepted.settimeout(TIME_LIMIT_S)
                assert read(accepted, 2) == b"Hi"
                program.press_ctrl_c()
                code, lines = program.end()
            assert (code, lines[-1], program.stderr()) == (0, "stopped", "")


@posix_only
@pytest.mark.parametrize(
    "closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"], ids=["input", "output", "errors", "all three"]
)
def test_client_does_without_a_standard_stream(server, closed):
    ended = run(redirected(closed, "client", "--port", str(server.address[1])), "name\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ("שלום" in ended.stdout) == (closed == "2>&-")


@posix_only
def test_client_that_cannot_say_what_broke_off_ends_as_if_it_could(scripted_server):
    def script(sock):
        sock.sendall(GREETING.encode())
        read(sock, 6)
        sock.sendall(b"4x2!")

    ended = run(redirected("2>&-", "client", "--port", str(scripted_server(script)[1])), "name\n")
    assert ended.returncode == 0, "there was contact, and no exception on the way"


@posix_only
@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_client_whose_reader_goes_away_leaves_no_traceback(server, buffered):
    nobody_reads, output = os.pipe()
    os.close(nobody_reads)
    try:
        ended = run_client(
            server.address,
            "name\nname\n",
            stdout=output,
            env=environment(PYTHONUNBUFFERED=buffered),
        )
    finally:
        os.close(output)
    assert [
        word
        for word in ("Traceback", "Exception ignored", "ResourceWarning")
        if word in ended.stderr
    ] == []
    assert len(ended.stderr.splitlines()) <= 1


def test_the_server_these_clients_talked_to_complained_of_none_and_ends_well(server):
    server.ends_well()


# The command itself


@pytest.mark.parametrize(
    "command, option, value",
    [
        ("server", "--timeout", "soon"),
        ("server", "--timeout", "-1"),
        ("client", "--timeout", "-1"),
        ("server", "--timeout", "nan"),
        ("client", "--timeout", "inf"),
        ("server", "--timeout", "1e9"),
        ("client", "--timeout", ""),
        ("server", "--port", "http"),
        ("client", "--port", "88.20"),
    ],
)
def test_a_wrong_option_is_told_with_its_name_and_value(command, option, value):
    ended = run([*LENPROTO, command, option, value])
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    told = ended.stderr.splitlines()[-1]
    assert option in told and value in told


@pytest.mark.parametrize(
    "words", [[], ["serve"], ["server", "--colour"], ["client", "--name", "x"]]
)
def test_what_is_no_command_is_told_how_to_ask_for_help(words):
    ended = run([*LENPROTO, *words])
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("lenproto") and ended.stderr.endswith("--help tells more.\n")
    assert ended.stderr.count("\n") == 1


def test_help_names_both_programs_and_their_options():
    assert {"server", "client"} <= set(run([*LENPROTO, "--help"]).stdout.split())
    for command, options in (
        ("server", ["--ip", "--port", "--name", "--timeout"]),
        ("client", ["--ip", "--port", "--timeout"]),
    ):
        said = run([*LENPROTO, command, "--help"]).stdout
        assert [option for option in options if option not in said] == []
        assert "127.0.0.1" in said and "8820" in said


def test_it_is_also_installed_as_a_command():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "scripts"
    ]
    assert scripts["lenproto"] == "lenproto.__main__:main"
    installed = shutil.which("lenproto", path=str(pathlib.Path(sys.executable).parent))
    if not installed:
        pytest.skip(
            "lenproto is not installed beside this Python: only its entry in pyproject.toml was checked"
        )
    ended = run([installed, "client", "--port", "-1"])
    one_line(ended, "No contact with 127.0.0.1:-1: ")


# A folder in which modules of a learner's have names of Python's own

OWN_NAMES = {
    *("socket", "random", "json", "queue", "select", "argparse", "errno", "tomllib", "string"),
    *("threading", "time", "signal", "subprocess", "tempfile", "pickle", "ast"),
    *("rich", "psutil", "client", "server", "words"),
}


@pytest.fixture
def own_modules(tmp_path):
    """A folder in which a learner's modules hide Python's, if they are found first."""
    for name in OWN_NAMES:
        (tmp_path / f"{name}.py").write_text(f"raise ImportError('the learner's own {name}')")
    shutil.copy(CORPUS / "right" / "plain.py", tmp_path / "mine.py")
    return tmp_path


def script():
    """The installed command; skips where there is none."""
    installed = shutil.which("lenproto", path=str(pathlib.Path(sys.executable).parent))
    if not installed:
        pytest.skip("lenproto is not installed beside this Python")
    return [installed]


@pytest.mark.parametrize("how", ["as a module", "as a script"])
def test_a_learners_modules_beside_the_file_hide_none_of_pythons(own_modules, how):
    command = LENPROTO if how == "as a module" else script()
    in_there = {"cwd": own_modules, "env": environment(PYTHONPATH=str(ROOT))}
    judged = run([*command, "check", "mine.py"], **in_there)
    assert (judged.returncode, judged.stderr) == (0, "")
    assert judged.stdout.splitlines()[-1].startswith("5 of 5 functions pass")
    assert "no such port" in one_line(run([*command, "client", "--port", "-1"], **in_there), "No ")
    with Printed([*command, "server", "--port", "0"], **in_there) as program:
        port = int(program.line().rpartition(":")[2])
        assert converse(("127.0.0.1", port))[0] == GREETING.encode()


def test_only_a_program_leaves_the_folder_out_and_nobody_who_imports_it(own_modules):
    told = "import sys; before = [*sys.path]; import lenproto.server; print(before == sys.path)"
    where = {"cwd": ROOT, "env": environment(PYTHONPATH=str(own_modules / "nothing"))}
    assert run([sys.executable, "-c", told], **where).stdout == "True\n"
    (own_modules / "its_own.py").write_text(told)
    in_there = {"cwd": own_modules, "env": environment(PYTHONPATH=str(ROOT))}
    for name in OWN_NAMES:
        (own_modules / f"{name}.py").unlink()
    assert run([sys.executable, "-m", "its_own"], **in_there).stdout == "True\n"


@posix_only
def test_a_folder_that_was_removed_is_no_matter(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    command = ["sh", "-c", 'rmdir "$0" && exec "$@"', str(gone), *LENPROTO]
    ended = run(
        [*command, "server", "--port", "-1"], cwd=gone, env=environment(PYTHONPATH=str(ROOT))
    )
    assert "no such port" in one_line(ended, "lenproto: cannot listen on 127.0.0.1:-1: ")
