"""A long day of the server: python tools/soak [--clients 10000] [--requests 11]

Polite clients, each with some requests; every fiftieth is a shock instead, in turn all that are over
at once. Prints what the server's process held before and after. Takes about a minute; Ctrl-C ends it.
"""

import argparse
import itertools
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers.peers.bare import connect, read  # noqa: E402
from helpers.programs import Server  # noqa: E402

from lenproto.lab.shocks.player import shock_server  # noqa: E402
from lenproto.lab.shocks.table import server_shocks  # noqa: E402

EVERY = 50  # clients
SLOW = {"never reads", "1000 clients"}  # and those that wait for a time limit
TIMEOUT_S = 1.0


def held(process_id):
    """Return what a process holds: open files, threads, resident memory in KiB. Linux tells, others do not."""
    folder = Path(f"/proc/{process_id}")
    if not folder.exists():
        return {}
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
    )
    return {
        "open files": len(list((folder / "fd").iterdir())),
        "threads": int(status["Threads"]),
        "memory, KiB": int(status["VmRSS"].split()[0]),
    }


def polite(address, requests):
    """Hold one whole conversation."""
    with connect(address) as sock:
        sock.sendall(b"Hi")
        read(sock, 48)
        for _ in range(requests):
            sock.sendall(b"NAME")
            read(sock, int(read(sock, 4)))
        sock.sendall(b"EXIT")
        assert sock.recv(1) == b"", "EXIT is not answered"


def soak(clients, requests):
    """Run it; return the exit code."""
    shocks = [
        shock
        for shock in server_shocks(TIMEOUT_S)
        if shock.name not in SLOW
        and not any(
            getattr(step, "within_s", None) or getattr(step, "seconds", 0) > 0.1
            for step in shock.script
        )
    ]
    given = itertools.cycle(shocks)
    failed = shocked = served = 0
    with Server("--timeout", str(TIMEOUT_S), "--name", "lena") as server:
        polite(server.address, 1)
        before, began = held(server.process.pid), time.monotonic()
        for number in range(1, clients + 1):
            if number % EVERY:
                polite(server.address, requests)
                served += requests
            else:
                shocked += 1
                outcome = shock_server(server.address, shock := next(given))
                if not outcome.held:
                    failed += 1
                    print(f"{shock.name}: {outcome.problem}", file=sys.stderr)
            if number % 1000 == 0:
                print(
                    f"{number} of {clients} clients, {time.monotonic() - began:.0f} s",
                    file=sys.stderr,
                )
        after, took = held(server.process.pid), time.monotonic() - began
        server.ends_well()
    print(
        f"| {clients} clients, of them {shocked} shocks ({failed} not withstood), "
        f"{served} requests, {took:.0f} s | before | after |"
    )
    print("| --- | ---: | ---: |")
    for name in before:
        print(f"| {name} | {before[name]} | {after[name]} |")
    return 1 if failed else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--clients", type=int, default=10_000)
    options.add_argument("--requests", type=int, default=11, help="of each polite client")
    arguments = options.parse_args()
    sys.exit(soak(arguments.clients, arguments.requests))
