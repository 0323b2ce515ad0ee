"""What differs between systems: each such name stands in docs/platforms.md, and Windows' branches do as they should."""

import ast
import errno
import os
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from helpers import platform_names
from helpers.places import ROOT

from lenproto import __main__ as command_line
from lenproto import server
from lenproto.commands import signals, streams
from lenproto.exercises.judging import guard, process, processes
from lenproto.lab import choices, process_group, shell, wireshark
from lenproto.lab.shocks import player

PACKAGE = ROOT / "lenproto"
PAGE = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")


def used():
    """{(name, module): line}: what the code has that is not the same on all systems."""
    return {
        (name, path.relative_to(PACKAGE).with_suffix("").as_posix()): line
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, name in platform_names.uses(ast.parse(path.read_text(encoding="utf-8")))
    }


def listed():
    """{(name, module): (on Windows, on macOS)}: the rows of the page's last table."""
    rows = PAGE.partition("## Name by name")[2].partition("\n## ")[0]
    found = {}
    for line in rows.splitlines():
        if line.startswith("| `"):
            names, modules, *told = (cell.strip() for cell in line.strip().strip("|").split(" | "))
            for name in re.findall(r"`([^`]+)`", names):
                for module in re.findall(r"`([^`]+)`", modules):
                    assert (name, module) not in found, f"{name} in {module} has two rows"
                    found[name, module] = tuple(told)
    return found


def test_each_name_that_a_system_lacks_stands_on_the_page():
    there = listed()
    missing = {
        f"{name}, lenproto/{module}.py, line {line}"
        for (name, module), line in used().items()
        if (name, module) not in there
    }
    assert not missing, "add what happens on Windows and macOS to docs/platforms.md"


def test_nothing_stands_on_the_page_that_is_not_used():
    assert sorted(set(listed()) - set(used())) == []
    assert all(len(told) == 2 and all(told) for told in listed().values())


@pytest.mark.parametrize("source, name", [
    ("import os\nos.fork()", "os.fork"),
    ("from os import fork", "os.fork"),
    ("import os as system\nsystem.getuid()", "os.getuid"),
    ("import socket\nsocket.AF_UNIX", "socket.AF_UNIX"),
    ("import signal\ngetattr(signal, 'SIGALRM')", "signal.SIGALRM"),
    ("import select\nhasattr(select, 'kqueue')", "select.kqueue"),
    ("import resource", "resource"),
    ("import pty, termios", "termios"),
    ("from fcntl import flock", "fcntl.flock"),
    ("open('/tmp/lenproto')", "/tmp"),
    ("open(f'/dev/fd/{n}')", "/dev"),
    ("subprocess.Popen(words, preexec_fn=f)", "preexec_fn"),
    ("signals = ('SIGUSR1',)", "signal.SIGUSR1"),
])  # fmt: skip
def test_a_new_name_would_be_seen(source, name):
    assert name in {each for _, each in platform_names.uses(ast.parse(source))}


@pytest.mark.parametrize("source", [
    "import os\nos.getpid()\nos.path.join('a')",
    "import socket\nsocket.AF_INET",
    "import signal\nsignal.SIGINT",
    "import asyncio, collections.abc, subprocess, selectors, threading",
    "text = 'and/or'\nurl = 'http://127.0.0.1/a/tmp2'",
])  # fmt: skip
def test_what_is_the_same_everywhere_is_let_be(source):
    assert list(platform_names.uses(ast.parse(source))) == []


# ---- as if this were Windows ----


class OsOfWindows:
    """Stands for the module os in one of ours: that is Windows, and all else is as it is."""

    name = "nt"

    def __getattr__(self, name):
        return getattr(os, name)


@pytest.fixture
def windows(monkeypatch):
    """windows(module, ...): these modules of ours take the system for Windows, with further things of os that differ.

    No others do: pathlib, pytest's too, would want to make paths of Windows.
    """

    def take(*modules, **others):
        stands_in = OsOfWindows()
        vars(stands_in).update(others)
        for module in modules:
            monkeypatch.setattr(module, "os", stands_in)

    return take


class Unset:
    """A socket that notes the options that are set."""

    def __init__(self, *_):
        self.options = []

    def setsockopt(self, *option):
        self.options.append(option)

    def bind(self, address):
        pass

    def listen(self):
        pass


def test_there_no_port_is_shared(monkeypatch, windows):
    monkeypatch.setattr(server.socket, "socket", Unset)
    assert (server.initial_listen("127.0.0.1", 0).options == []) == (os.name != "posix")
    windows(server)
    assert server.initial_listen("127.0.0.1", 0).options == []


def test_there_a_worker_is_the_python_below_the_environment(monkeypatch, windows):
    windows(processes)
    monkeypatch.setattr(sys, "_base_executable", r"C:\Python\python.exe", raising=False)
    monkeypatch.setattr(sys, "executable", r"C:\venv\Scripts\python.exe")
    assert processes.python() == (
        r"C:\Python\python.exe",
        {"__PYVENV_LAUNCHER__": r"C:\venv\Scripts\python.exe"},
    )
    monkeypatch.setattr(sys, "executable", r"C:\Python\python.exe")
    assert processes.python() == (r"C:\Python\python.exe", {})


def test_elsewhere_a_worker_is_this_python():
    if os.name == "posix":
        assert processes.python() == (sys.executable, {})


def test_there_a_process_is_ended_by_sigterm(windows):
    sent = []
    windows(processes, kill=lambda *how: sent.append(how))
    processes._kill(4711)
    assert sent == [(4711, signal.SIGTERM)]


def test_there_a_program_is_ended_with_all_that_it_started_by_taskkill(monkeypatch, windows):
    windows(process_group)
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda words, **how: commands.append(words))
    ended = SimpleNamespace(pid=4711, poll=lambda: None, kill=lambda: None, wait=lambda: None)
    process_group.end(ended)
    assert commands == [["taskkill", "/T", "/F", "/PID", "4711"]]


@pytest.mark.parametrize(
    "code, name, seen",
    [
        (0xC0000005, "STATUS_ACCESS_VIOLATION", "crashes-python"),
        (0xC00000FD, "STATUS_STACK_OVERFLOW", "crashes-python"),
        (3, "", "ends-the-program"),
    ],
)
def test_there_a_crash_is_told_by_its_exit_code(code, name, seen):
    assert process_group.crash(code) == name
    misconception, words = process._died(SimpleNamespace(wait=lambda limit_s: code))
    assert misconception == seen
    assert name in str(words)


@pytest.mark.skipif(os.name != "posix", reason="signals end no program there")
def test_elsewhere_a_crash_is_told_by_its_signal():
    assert process_group.crash(-signal.SIGSEGV) == signal.strsignal(signal.SIGSEGV)
    misconception, words = process._died(SimpleNamespace(wait=lambda limit_s: -signal.SIGSEGV))
    assert misconception == "crashes-python"
    assert "SIGSEGV" in str(words)


def test_there_no_open_socket_is_counted(windows):
    windows(guard)
    assert guard._open_sockets() == 0


@pytest.mark.parametrize("name", ["nul", "NUL"])
def test_there_nothing_is_written_under_either_name(windows, tmp_path, name):
    path = SimpleNamespace(normcase=str.lower, realpath=os.path.realpath)
    windows(guard, devnull="nul", path=path)
    fake = SimpleNamespace(own=str(tmp_path))
    assert guard.Guard._may_write(fake, name, -1)
    assert not guard.Guard._may_write(fake, "null", -1)


def test_there_a_pipe_that_nobody_reads_fails_in_its_own_way(monkeypatch, windows):
    error = OSError(errno.EINVAL, "Invalid argument")
    assert streams.nobody_reads(BrokenPipeError())
    assert not streams.nobody_reads(OSError(errno.ENOSPC, "No space left on device"))
    assert streams.nobody_reads(error) == (os.name == "nt")
    windows(streams)
    assert streams.nobody_reads(error)
    for name in ("prepare_standard_streams", "let_go_of_output"):  # pytest's streams are none
        monkeypatch.setattr(command_line, name, lambda: None)

    def fail(args):
        raise error

    monkeypatch.setattr("lenproto.commands.client.run", fail)
    assert command_line.main(["client"]) == 1


def test_there_a_signal_that_is_not_known_is_passed_over(monkeypatch):
    monkeypatch.setattr(signals, "ENDING", ("SIGTERM", "SIGNO"))
    with signals.heard_as_ctrl_c():
        pass


def test_there_a_file_that_somebody_reads_is_put_in_place_a_moment_later(
    monkeypatch, tmp_path, windows
):
    refusals = [PermissionError(), PermissionError()]

    def busy(new, where):
        if refusals:
            raise refusals.pop()
        os.replace(new, where)

    windows(choices, replace=busy)
    monkeypatch.setattr(choices.time, "sleep", lambda seconds: None)
    new, old = str(tmp_path / "new"), str(tmp_path / "old")
    for name in (new, old):
        with open(name, "w", encoding="utf-8") as file:
            file.write(name)
    choices.put(new, old)
    with open(old, encoding="utf-8") as file:
        assert file.read() == new


def test_a_file_that_cannot_be_put_in_place_is_not_left_beside(monkeypatch, tmp_path):
    def refuse(new, where):
        raise PermissionError

    monkeypatch.setenv("LENPROTO_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(choices.os, "replace", refuse)
    monkeypatch.setattr(choices.time, "sleep", lambda seconds: None)
    choices.keep("question", "answer")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command, words", [
    (r"C:\Python\python.exe client.py {ip} {port}", [r"C:\Python\python.exe", "client.py", "{ip}", "{port}"]),
    (r'"C:\My Python\python.exe" "my client.py"', [r"C:\My Python\python.exe", "my client.py"]),
    (r"py -c 'x'", ["py", "-c", "'x'"]),
    ("py  a#b", ["py", "a#b"]),
])  # fmt: skip
def test_there_a_command_is_split_as_there(monkeypatch, command, words):
    monkeypatch.setattr(shell, "WINDOWS", True)
    assert shell.split(command) == words


def test_a_client_whose_path_has_blanks_is_started(monkeypatch, tmp_path):
    """With Windows' splitting, on any system: the quotes are no part of the name."""
    monkeypatch.setattr(shell, "WINDOWS", True)
    started = []

    def start(words):
        started.append(words)
        raise FileNotFoundError

    monkeypatch.setattr(player, "_started", start)
    shock = SimpleNamespace(script=[], ip="127.0.0.1", typed=[])
    with pytest.raises(FileNotFoundError):
        player.shock_client('"C:\\my python.exe" client.py {ip}', shock, 1)
    assert started == [["C:\\my python.exe", "client.py", "127.0.0.1"]]


@pytest.mark.parametrize("words, typed", [
    ([r".uv\bin\uv.exe", "run"], r".uv\bin\uv.exe run"),
    ([r"C:\My Python\python.exe", "-m", "lenproto"], r'& "C:\My Python\python.exe" -m lenproto'),
    (["lenproto"], "lenproto"),
])  # fmt: skip
def test_there_a_command_is_quoted_for_powershell(monkeypatch, words, typed):
    monkeypatch.setattr(shell, "WINDOWS", True)
    assert shell.typed(words) == typed
    assert shell.typed(["my lesson.ipynb"], begins=False) == '"my lesson.ipynb"'


def test_there_wireshark_has_its_place_even_where_the_variable_is_not_set(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delenv("APPDATA", raising=False)
    assert wireshark.plugins().parts[-4:] == ("AppData", "Roaming", "Wireshark", "plugins")
    monkeypatch.setenv("APPDATA", "roaming")
    assert wireshark.plugins().parts == ("roaming", "Wireshark", "plugins")
