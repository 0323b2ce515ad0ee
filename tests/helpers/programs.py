"""The package's two programs, each run as a process of its own, as a person runs them."""

import contextlib
import os
import pathlib
import queue
import signal
import subprocess
import sys
import tempfile
import threading

from helpers.peers.bare import TIME_LIMIT_S
from helpers.places import ROOT

LENPROTO = [sys.executable, "-m", "lenproto"]


def environment(**changes):
    """Return the variables a program starts with: none of those that change how Python prints.

    A socket the program forgets to close becomes a line on its standard error.
    """
    changers = {"PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONDEVMODE", "PYTHONSAFEPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in changers}
    patience = {"RES_OPTIONS": "timeout:1 attempts:1"}  # where a name server is out of reach
    return (
        kept | {"PYTHONUTF8": "1", "PYTHONWARNINGS": "always::ResourceWarning"} | patience | changes
    )


@contextlib.contextmanager
def ctrl_c_not_ignored():
    """Let a child started in this block hear Ctrl-C, even where this process was told to ignore it (`pytest &`)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def start(command, **how):
    """Start a process of text in UTF-8, in the root of the checkout."""
    how = {"cwd": ROOT, "env": environment(), "text": True, "encoding": "utf-8"} | how
    with ctrl_c_not_ignored():
        return subprocess.Popen(command, **how)


def run(command, typed="", **how):
    """Run a process to its end; return it with its returncode, stdout and stderr."""
    how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    with start(command, **how) as process:
        try:
            out, err = process.communicate(typed, TIME_LIMIT_S)
        finally:
            process.kill()  # no effect on one that has ended
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def run_client(address, typed, *options, **how):
    """Run the client program with these lines on its standard input."""
    ip, port = address
    return run([*LENPROTO, "client", "--ip", ip, "--port", str(port), *options], typed, **how)


def run_server(*options, **how):
    """Run the server program where it must fail at once."""
    return run([*LENPROTO, "server", *options], **how)


class Printed:
    """A process and the lines it prints: a thread reads them, up to reads_lines of them, then closes the pipe."""

    def __init__(self, command, *, reads_lines=None, **how):
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the process
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": self.errors} | how
        self.process = start(command, **how)
        self.lines = queue.Queue()
        self.reader = threading.Thread(
            target=self.read, args=[reads_lines], name="reads the program's lines"
        )
        self.reader.start()

    def read(self, reads_lines):
        with self.process.stdout as printed:
            for number, line in enumerate(printed, 1):
                self.lines.put(line.rstrip("\n"))
                if number == reads_lines:
                    return
        self.lines.put(None)  # there will be no more

    def line(self):
        """Wait for the next line; fail, with what the program says to standard error, if none comes."""
        with contextlib.suppress(queue.Empty):
            if (line := self.lines.get(timeout=TIME_LIMIT_S)) is not None:
                return line
        raise AssertionError(f"no line from the program; on standard error: {self.stderr()!r}")

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def press_ctrl_c(self):
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """Wait for the end of the process; return its exit code and the lines that were not yet taken."""
        code = self.process.wait(TIME_LIMIT_S)
        self.reader.join(TIME_LIMIT_S)
        return code, [line for line in self.lines.queue if line is not None]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(TIME_LIMIT_S)
        self.reader.join(TIME_LIMIT_S)
        if self.process.stdin:
            self.process.stdin.close()
        self.errors.close()


class Server(Printed):
    """The server program, from its first line on. Its address is .address."""

    def __init__(self, *options, port=0, **how):
        super().__init__([*LENPROTO, "server", "--port", str(port), *options], **how)
        try:
            self.first_line = self.line()
            ip, port = self.first_line.removeprefix("listening on ").rsplit(":", 1)
            self.address = ip, int(port)
        except BaseException:
            self.__exit__()
            raise

    def open_sockets(self):
        """Return how many sockets the process holds; None where the system does not tell."""
        if sys.platform != "linux":
            return None
        descriptors = pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()
        return sum(os.readlink(descriptor).startswith("socket:") for descriptor in descriptors)

    def ends_well(self):
        """Press Ctrl-C; check that the program ends as it should, and never complained."""
        assert self.process.poll() is None, f"the server ended by itself: {self.stderr()}"
        if os.name == "nt":  # nobody can press Ctrl-C for another process there
            assert self.stderr() == ""
            return
        self.press_ctrl_c()
        code, lines = self.end()
        assert (code, lines[-1:], self.stderr()) == (0, ["stopped"], "")
