"""How a watched thread goes on: free; held before each of its calls; or driven, where nobody ever has to wait for it.

A thread is given a pace before it starts. Where time stands still, no time limit runs: it runs out when it is said to.
"""

import copy
import time

from lenproto.lab.clock import Clock

# so often in a row a held thread may ask its clock, and do nothing, before it counts as waiting
MOST_ASKED = 200


class Pace:
    """Free: the thread makes its calls when it comes to them, waits as long as it has to, and its time limits run."""

    time_stands_still = driven = held = False
    clock = None  # that it sees in place of the real one
    adopt = None  # called with each thread that this one is about to start
    alone = bool  # called to know whether no other thread of its program lives

    def __init__(self):
        self.expired = False  # the time limit of the call it is in has run out
        # the name of what drives it, if no call of a socket: what is called then is the other
        # side's; and its time limit in seconds, None if it has none
        self.waits_in = self.limit_s = None
        self.has_timer = False  # what waits there does something else when its time has come

    def before(self, call, sock):
        """Called with each Call before it is made; may wait."""

    def rest(self, actor, look, seconds, thing):
        """It waits for another thread, so many seconds at most, None if for ever: for what happens to a thing.

        look(s) tells whether that has come, in s seconds.
        """
        return look(seconds)

    def refusal(self, call, sock, address):
        """Called with each Call that may reach somebody, and its address: the error that comes of it; None: it may."""

    def another(self):
        """The same pace, for another thread."""
        other = copy.copy(self)
        other.expired, other.waits_in = False, None
        return other


class Held(Pace):
    """The thread is held before each call until before(call, sock) returns, however long a person thinks about it.

    It sleeps no real time: clock is moved on instead, the one that it and its side's other threads see.
    """

    time_stands_still = held = True

    def __init__(self, before, clock=None):
        super().__init__()
        self.before = before
        self.clock = clock or Clock(time.time_ns(), MOST_ASKED)


class Driven(Pace):
    """Where the thread would wait or sleep, it lets the other side go on instead, in this very thread.

    drive(actor) makes the other side's next move, and tells whether it may be worth looking again;
    sleep(seconds) is called in place of sleeping, and gives the seconds that are really slept;
    refusal and rest as of any Pace.
    """

    time_stands_still = driven = True

    def __init__(self, before, drive, sleep, refusal=None, rest=None):
        super().__init__()
        self.before, self.drive, self.sleep = before, drive, sleep
        if rest:
            self.rest = rest
        if refusal:
            self.refusal = refusal
