"""Who takes part, and one turn: a server and a client, each in a process of its own."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent  # where lenproto lies
START_S, SLOWEST_PER_S = 30, 100  # seconds to start; requests a second. What takes longer is stuck

HOW = {  # to start a process; in a session of its own, so that Ctrl-C reaches the benchmark alone
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.PIPE,
    "text": True,
    "start_new_session": True,
    "env": os.environ | {"PYTHONPATH": str(ROOT)},
}


class BenchmarkError(Exception):
    """A server or a client did not do its part. What it said itself stands on standard error."""


@dataclass
class Results:
    """Requests a second: name → one number for each round. left_out: name → why."""

    load: str
    left_out: dict[str, str]
    servers: dict[str, list[float]] = field(default_factory=dict)
    clients: dict[str, list[float]] = field(default_factory=dict)
    pairs: dict[str, list[float]] = field(default_factory=dict)


def contest(rounds, requests):
    """Let each have its turn, round after round: a drift of the machine then hits all alike."""
    with tempfile.TemporaryDirectory() as folder:
        loop, why_not = compile_loop(folder)
        left_out = {"C loop": why_not} if why_not else {}
        if importlib.util.find_spec("twisted") is None:
            left_out["Twisted"] = "it is not installed"
        servers = {
            name: command for name, command in all_servers(loop).items() if name not in left_out
        }
        load = python("clients/bare.py") if why_not else [loop, "client"]
        peer = next(iter(servers.values()))  # the fastest: whom lenproto's own client asks
        results = Results("a bare Python client" if why_not else "a C client", left_out)
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            for name, server in servers.items():
                results.servers.setdefault(name, []).append(turn(name, server, load, requests))
            for name, client in all_clients().items():
                results.clients.setdefault(name, []).append(turn(name, peer, client, requests))
            for name, (server, client) in all_pairs().items():
                results.pairs.setdefault(name, []).append(turn(name, server, client, requests))
    return results


def say(line):
    """Show on standard error how far the benchmark is."""
    print(line, file=sys.stderr, flush=True)


def python(script, *arguments):
    """Return the command that runs one of this folder's scripts."""
    return [sys.executable, str(HERE / script), *arguments]


def all_servers(loop):
    """Return name → command of every server, the fastest first."""
    return {
        "C loop": [loop, "server"],
        "bare Python loop": python("servers/bare.py"),
        "bare Python loop, time limit": python("servers/bare.py", "limit"),
        "lenproto": python("servers/lenproto_server.py"),
        "lenproto, a tap on": python("servers/lenproto_server.py", "tap"),
        "Twisted": python("servers/twisted_protocol.py"),
        "asyncio streams": python("servers/asyncio_streams.py"),
        "asyncio streams, time limit": python("servers/asyncio_streams.py", "limit"),
    }


def all_clients():
    """Return name → command of lenproto's own client, without and with a tap."""
    return {
        "lenproto's client": python("clients/lenproto_client.py"),
        "lenproto's client, a tap on": python("clients/lenproto_client.py", "tap"),
    }


def all_pairs():
    """Return name → commands of server and client, written in the same way."""
    return {
        "bare Python loops": (python("servers/bare.py"), python("clients/bare.py")),
        "lenproto": (python("servers/lenproto_server.py"), python("clients/lenproto_client.py")),
        "asyncio streams": (
            python("servers/asyncio_streams.py"),
            python("clients/asyncio_streams.py"),
        ),
    }


def compile_loop(folder):
    """Compile loop.c into folder. Return (the program, ""), or (None, why there is none)."""
    compiler, program = shutil.which("cc"), os.path.join(folder, "loop")
    if not compiler:
        return None, "there is no C compiler cc"
    command = [compiler, "-O2", "-o", program, str(HERE / "loop.c")]
    if subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode:
        return None, "cc cannot compile loop.c here"
    return program, ""


def turn(name, server, client, requests):
    """Let the client ask the server that often; return the requests a second."""
    limit_s = START_S + requests / SLOWEST_PER_S
    try:
        with running(server) as port:
            command = [*client, str(port), str(requests)]
            took_s = subprocess.run(command, **HOW, timeout=limit_s, check=True).stdout
        return requests / float(took_s)
    except subprocess.SubprocessError as error:
        raise BenchmarkError(f"{name} broke off ({type(error).__name__})") from error
    except ValueError as error:  # no port, or no seconds
        raise BenchmarkError(f"{name} did not start") from error


@contextlib.contextmanager
def running(server):
    """Start a server; give its port, which is the first thing that it prints; see to its end."""
    with subprocess.Popen(server, **HOW) as process:
        try:
            yield int(process.stdout.readline())
            if process.wait(START_S):
                raise subprocess.CalledProcessError(process.returncode, server)
        finally:
            process.kill()
