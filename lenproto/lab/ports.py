"""A port that is kept for a program until that binds it: one that no connection of another program can be given.

Systems give the ports of connections from 32768 on (Linux) or 49152 (others), and between the moment in which a kept
port is let go and the one in which it is bound anew, one of them may go to somebody else. So it is chosen below.
"""

import random
import socket

from lenproto.lab import tap

FIRST, LAST = 10_000, 19_999
TRIES = 20
_chance = random.SystemRandom()  # not the one that a lesson may have seeded


def reserve(ip: str) -> socket.socket:
    """Return a socket that keeps a free port of an address, and does not listen. OSError where there is none."""
    for _ in range(TRIES):
        held: socket.socket = tap.SOCKET()
        try:
            tap.original("bind")(held, (ip, _chance.randint(FIRST, LAST)))
            return held
        except OSError:
            tap.original("close")(held)
    held = tap.SOCKET()
    try:
        tap.original("bind")(held, (ip, 0))
    except OSError:
        tap.original("close")(held)
        raise
    return held
