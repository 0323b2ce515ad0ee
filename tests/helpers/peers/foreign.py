"""Finds the peers in other languages: each function returns a command, or skips the test and says why."""

import functools
import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent


def node(script):
    """Return the command that runs a script of this folder in Node."""
    program = shutil.which("node") or pytest.skip("Node is not installed: no peer in JavaScript")
    return [program, str(HERE / script)]


def netcat():
    """Return the command of OpenBSD's nc; the other kinds of nc know other options."""
    program = shutil.which("nc") or pytest.skip("nc is not installed: no peer out of a shell")
    if "OpenBSD" not in netcat_help(program):
        pytest.skip("nc is not OpenBSD's (netcat-openbsd): its options differ")
    return [program]


@functools.cache
def netcat_help(program):
    told = subprocess.run(
        [program, "-h"], capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL
    )
    return told.stdout + told.stderr


def in_c(folder, source="peer.c"):
    """Compile a source of this folder into another one, and return the command."""
    if os.name == "nt":
        pytest.skip("Windows has other header files for sockets: no peer in C")
    compiler = shutil.which("cc") or pytest.skip("there is no C compiler (cc): no peer in C")
    program = folder / "peer"
    subprocess.run([compiler, "-o", program, HERE / source], check=True, timeout=60)
    return [str(program)]
