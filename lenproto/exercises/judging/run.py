"""Runs one function against the peer of one case, and tells what was seen. For a process of its own: see worker."""

import contextlib
import errno
import functools
import os
import random
import re
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import sleep as real_sleep  # also where another stands in its place
from typing import TypeVar

from lenproto.exercises.functions import SERVER_SIDE, part
from lenproto.exercises.functions.case import Case
from lenproto.exercises.judging import ours, reach
from lenproto.exercises.judging.clock import CLOCK, JUDGING
from lenproto.exercises.judging.driven import MOST_BYTES, Driver, send_at_once
from lenproto.exercises.judging.patience import Patience
from lenproto.exercises.judging.stuck import Stuck, stuck_in
from lenproto.exercises.judging.waits import stand_in
from lenproto.exercises.judging.warned import Warned, noted
from lenproto.lab import keyboard, tap
from lenproto.lab.call import RECEIVING, SENDING, Call
from lenproto.lab.pace import Driven
from lenproto.lab.program import LabError, Program
from lenproto.lab.shocks.script import Send
from lenproto.lab.trace import Trace
from lenproto.wire import DEFAULT_IP
from lenproto.words import say

CASE_S = (
    1.5  # seconds that a function may compute in one case; whoever runs this process gives it 2.5
)
LOOK_S = 0.05  # between two looks at it
STILL = 30  # looks in a row at which it stands still, and waits for what is no peer's
MOST_CHARACTERS = 1_000_000  # that a function may print in one case
THREADS_S = 0.3  # seconds that the function's own threads may compute after it has returned
THREADS_STILL = 50  # looks in a row at which all of them stand still
TRIES = 3  # of a case that a stranger has disturbed
RECENT = 4  # calls that one looks at after each call
MOST_SENDS = 2000  # one after another, without a look at what comes
# looks at the function's own thread before one that it has started talks, and seconds between two
STARTER_LOOKS, STARTER_LOOK_S = 50, 0.001
TALKING = {"accept", *SENDING, *RECEIVING}
IN_VAIN = 100  # calls of one function in one case that get nothing

Found = TypeVar("Found")  # what a explain returns


@dataclass
class Seen:
    """What a function did in a case: how it ended, what it gave and printed, every call, and what the peer saw.

    ending: "returned", "raised", "exited", "waits" for what never comes, "spins" through calls that
    get nothing, or "late": it took longer than CASE_S. sock is the socket that the function was
    given, or that a client connected with; address where it was to listen or to connect.
    """

    case: Case
    ending: str = "returned"
    result: object = None
    error: BaseException | None = None
    failed_at: object = None
    guess: str = ""  # a name that may be meant by one that is not there
    stuck: Stuck | None = None  # where it stood when it was late
    printed: str = ""
    trace: Trace = field(default_factory=Trace)
    driver: Driver | None = None
    sock: socket.socket | None = None
    address: tuple = ()
    peer_address: tuple = ()
    made: list = field(default_factory=list)  # the sockets that the function made and still knows
    table: dict = field(default_factory=dict)  # of answers, that it was given
    ours: str = ""  # the name of a function of the package's own that made a call of it
    left_open: int = 0  # sockets, when an error ended it
    asked: int = 0  # how often it asked the keyboard in vain
    taken: int = 0  # lines that it took from the keyboard
    # characters that it had printed at each of them; empty where other threads print, too
    shown: list = field(default_factory=list)
    # after so many calls it had printed so many characters
    printed_at: list[tuple[int, int]] = field(default_factory=list)
    threads: int = 0  # of its own, that go on
    threads_of_its_own: bool = False  # it has started some
    before_return: int = 0  # so many calls had begun when it returned
    flooded: bool = False  # it printed more than MOST_CHARACTERS
    closed_output: bool = False  # it closed sys.stdout or sys.stderr
    sends: int = 0  # in a row, at the end
    looked_at: int = 0  # so many calls were looked at
    again: int = 0  # how often it has made the same call in vain
    slept_s: float = 0.0  # seconds, its longest sleep, had it been left to sleep
    ports: set = field(default_factory=set)  # that the system chose for this case
    warned: Warned = field(default_factory=Warned)  # what Python warned of
    # what it tried and was refused: "connect", "bind" or "send", and the call
    refused: list[tuple[str, Call]] = field(default_factory=list)

    @property
    def sent(self):
        """All bytes that it has sent to its peer."""
        return self.driver.came if self.driver else b""

    @property
    def received(self):
        """All bytes that it has received."""
        return b"".join(call.data for call in self.trace if call.name.startswith("recv"))

    @property
    def after_return(self):
        """The first call with which a thread of its own went on talking when it had returned; None if none did."""
        later = self.trace[self.before_return :] if self.threads_of_its_own else ()
        return next((call for call in later if call.name in TALKING), None)

    @property
    def call(self):
        """The call in which it waits, or which it makes again and again."""
        return self.driver and (self.driver.stuck or self.driver.spins)

    def calls(self, *names):
        """Its calls of these names."""
        return [call for call in self.trace if call.name in names]

    def refusals(self, act):
        """Its calls that were refused, of this kind."""
        return [call for kind, call in self.refused if kind == act]


def run(
    case: Case, function: Callable[..., object], explain: Callable[[Seen], Found]
) -> tuple[Seen, Found, bool]:
    """Run a function against the peer of a case, and explain(seen) it before anything is closed.

    Return what was Seen, what explain returned, and whether the function has left this process as it was.
    """
    for _ in range(TRIES):
        with stand_in(), contextlib.ExitStack() as stack:
            seen = Seen(case)
            CLOCK.set(JUDGING)
            with reach.judge():
                arguments = part(case.function, "setting").set_up(seen, stack)
            stack.enter_context(reach.within(_reach(seen, arguments)))
            seen.ports |= {
                address[1]
                for address in (seen.address, seen.peer_address)
                if address and address[1]
            }
            seen.warned = stack.enter_context(noted())
            finding, clean = _watch(seen, function, arguments, explain)
        if not (clean and _met_a_stranger(seen)):
            break
    return seen, finding, clean


def _reach(seen, arguments):
    """Whom the function of a case may reach."""

    def held():
        sockets = [sock for actor in seen.driver.actors for sock in list(actor.sockets)]
        return [_name(sock) for sock in sockets]

    own = [seen.address] if seen.address else []
    if seen.case.function in ("initial_contact", "initial_listen"):
        own.append(arguments)
    return reach.Reach(own, held, wildcard=seen.case.function == "initial_contact")


def _name(sock):
    try:
        return sock.getsockname()
    except OSError:  # closed
        return ("", 0)


def _met_a_stranger(seen):
    """Whether another program of this computer was in the way: it called the port of a function, or has taken it."""
    if seen.case.function == "initial_listen" and seen.case.setting != "taken-port":
        return any(map(functools.partial(_found_taken, seen), seen.calls("bind")))
    callers = [call.result for call in seen.calls("accept") if isinstance(call.result, tuple)]
    return (
        any(caller != seen.peer_address for caller in callers)
        and seen.case.function == "check_client"
    )


def _found_taken(seen, call):
    """Whether a bind to the address that was kept for it found it taken."""
    return (
        isinstance(call.result, OSError)
        and call.result.errno == errno.EADDRINUSE
        and call.argument[:2] == seen.address[:2]
    )


def _watch(seen, function, arguments, explain):
    """Run the function in a thread, its peer driven by it, and note all."""
    case = seen.case
    program = Program(case.function, function, *arguments)
    recorder = tap.Tap({})
    seen.trace = recorder.trace
    recorder.__enter__()
    driver = seen.driver = seen.driver or Driver(())
    driver.seen, driver.actors = lambda: len(seen.trace), program.actors
    actor = recorder.add(program.thread, "server" if case.function in SERVER_SIDE else "client")
    actor.sockets.update(each for each in arguments if isinstance(each, socket.socket))
    lines = list(case.typed)

    def ask(prompt=""):
        print(prompt, end="")
        if lines:
            seen.taken += 1
            seen.shown = [*seen.shown, len(program.printed)] if len(program.actors) == 1 else []
            print(lines[0])
            return lines.pop(0)
        seen.asked += 1
        if seen.asked > IN_VAIN:
            _stop(program)
            raise tap.Stopped
        raise EOFError(say("judging.error.nothing-typed"))

    def look():
        if program.thread.is_alive():
            seen.before_return = len(seen.trace)
        _note_prints(seen, program.printed_characters)
        if call := _goes_on_for_ever(seen):
            driver.spins = driver.spins or call
            _stop(program)

    seen.trace.listeners.append(look)
    keyboard.give(program.thread, ask)
    random.seed(1)
    try:
        program.start(
            Driven(_gate(seen, program), driver.drive, driver.sleep, _refusal(seen), driver.rest)
        )
        ended = _wait(program, driver)
        seen.stuck = None if ended else stuck_in(program.thread)
    finally:
        for each in program.actors:  # a thread that it leaves behind was given the keyboard, too
            keyboard.take(each.thread)
    seen.made = [
        sock for actor in program.actors for sock in list(actor.sockets) if sock.fileno() != -1
    ]
    seen.threads_of_its_own = len(program.actors) > 1
    seen.threads = sum(actor.thread.is_alive() for actor in program.actors[1:])
    seen.ending = _ending(program, driver, ended)
    seen.result, seen.error, seen.failed_at, seen.printed = (
        program.result,
        program.error,
        program.failed_at,
        program.printed,
    )
    seen.guess = program.guess
    seen.left_open = program.left_open
    _take_error_of_a_thread(seen, program)
    seen.flooded, seen.closed_output = _floods(program), program.closed_its_output
    seen.slept_s = driver.slept_s
    driver.finish()
    finding = explain(seen)
    if seen.ending != "late":  # else its process will be ended, and nobody waits any longer
        with contextlib.suppress(LabError), reach.judge():
            program.stop()
    recorder.remove()
    return finding, not program.alive


def _note_prints(seen, characters):
    """Note what was printed before the newest call, where it is something."""
    if characters > (seen.printed_at[-1][1] if seen.printed_at else 0):
        seen.printed_at.append((max(len(seen.trace) - 1, 0), characters))


def _take_error_of_a_thread(seen, program):
    """Where the function itself is well: an error of its own that ended one of its threads is the function's.

    Not the system's: a thread that is left alone with a closed socket does no harm.
    """
    errors = [each for each in program.thread_errors if not isinstance(each[0], OSError)]
    if seen.ending == "returned" and errors:
        seen.ending, (seen.error, seen.failed_at, seen.guess) = "raised", errors[0]


def _goes_on_for_ever(seen):
    """The call that it makes again and again, in vain or without a look at what comes; None as long as it does not."""
    if seen.looked_at == len(seen.trace):  # a call has ended
        return _in_vain(seen)
    seen.looked_at = len(seen.trace)
    last = seen.trace[-1]
    seen.sends = seen.sends + 1 if last.name in SENDING else 0
    return last if seen.sends >= MOST_SENDS else _in_vain(seen)


def _announced(case):
    """The largest number in four digits that a peer says: so many bytes may be asked for, one by one."""
    said = b"".join(step.data for step in case.script if isinstance(step, Send))
    return max(map(int, re.findall(rb"\d{4}", said)), default=0)


def _in_vain(seen):
    if not any(
        call.in_vain for call in seen.trace[-RECENT:]
    ):  # all goes well, and a trace may be long
        return None
    # time limits and looks in vain are the driver's to count: it moves the clock on
    driven = (BlockingIOError, TimeoutError)
    calls = [call for call in seen.trace if not isinstance(call.result, driven)]
    if again := next((call for call in calls if call.again), None):
        # a counted loop asks for each byte of a body, though there are none
        seen.again += 1
        most = max(2 * _announced(seen.case), IN_VAIN)
        return again if seen.again > most or not again.at_end_of_stream else None
    in_vain = [call for call in calls if call.in_vain]
    return in_vain[IN_VAIN] if len(in_vain) > IN_VAIN else None


def _wait(program, driver):
    """Wait until the function has ended, with the threads that it started; return whether it has."""
    patience = Patience(CASE_S, STILL)
    while program.thread.is_alive() and not patience.is_over():
        program.thread.join(LOOK_S)
        if (driver.stuck or driver.spins or _floods(program)) and program.thread.is_alive():
            with contextlib.suppress(LabError), reach.judge():
                program.stop()
    if not program.thread.is_alive():
        patience = Patience(THREADS_S, THREADS_STILL)
        while program.alive and not (patience.is_over() or driver.stuck or driver.spins):
            for actor in program.actors[1:]:
                actor.thread.join(0.02)
    return not program.thread.is_alive()


def _floods(program):
    return program.printed_characters > MOST_CHARACTERS


def _ending(program, driver, ended):
    if driver.spins or len(driver.came) >= MOST_BYTES:
        return "spins"
    if driver.stuck:
        return "waits"
    if not ended:
        return "late"
    if isinstance(program.error, SystemExit):
        return "exited"
    return "raised" if program.error else "returned"


def _stop(program):
    for actor in program.actors:
        actor.stopping = True


def _gate(seen, program):
    """Return what is called before each call: it keeps no bytes back, and frees the port kept for the function.

    Only for who asks for it: whoever takes any port could be given this one, by chance. A thread that the function
    has started talks when the function waits for it, or has returned: which of the two is no matter of chance.
    """
    known = {program.thread}

    def gate(call, sock):
        thread = threading.current_thread()
        if thread not in known:
            known.add(thread)
            _wait_for_its_starter(program)
        seen.ours = seen.ours or ours.running(sys._getframe(1))
        if call.name in SENDING:
            send_at_once(sock)
        if call.name == "bind" and seen.sock and seen.case.function == "initial_listen":
            asked = call.argument[1:2] if isinstance(call.argument, tuple) else ()
            if asked == seen.address[1:2]:
                tap.original("close")(seen.sock)

    return gate


def _wait_for_its_starter(program):
    """Give the function's own thread the turns that it needs to come to where it waits, or to its end."""
    for _ in range(STARTER_LOOKS):
        if not program.thread.is_alive() or program.waits_for_another(program.thread):
            return
        if program.actor.doing or program.actor.pace.waits_in:  # it talks itself, or sleeps
            return
        real_sleep(STARTER_LOOK_S)


def _refusal(seen):
    """Return what is called before each call that may reach somebody: what it gives is raised instead of the call.

    Who listens without having bound would be open to all: it is bound here, as the system would do it, but to loopback.
    """
    allowed = reach.now()

    def refusal(call, sock, address):
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            return None  # see guard
        if call.name == "listen":
            _bind_to_loopback(sock)
            return None
        act = {"bind": "bind", "connect": "connect", "connect_ex": "connect"}.get(call.name, "send")
        if allowed.allows(act, address):
            if act == "bind":
                reach.note_bound(sock)
            return None
        if act == "connect" and allowed.is_other_loopback(address):
            return ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        seen.refused.append((act, call))
        return reach.refused()

    return refusal


def _bind_to_loopback(sock):
    with contextlib.suppress(OSError):
        if sock.family == socket.AF_INET and not sock.getsockname()[1]:
            tap.original("bind")(sock, (DEFAULT_IP, 0))
