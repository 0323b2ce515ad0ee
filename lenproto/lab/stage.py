"""Client and server run together as real programs over real TCP, each held before every socket call.

So one can be stepped while the other waits, and it can be said at any moment who is stuck where,
for how many bytes, and what is on the way.
"""

import _thread
import contextlib
import socket
import threading
import time
import weakref
from dataclasses import dataclass

from lenproto.lab import keyboard, picture, ports, tap, waits
from lenproto.lab.again import Order
from lenproto.lab.call import CONNECTING, SENDING, WAITING, Call, Where
from lenproto.lab.fields import Cutter
from lenproto.lab.interrupts import held_back
from lenproto.lab.notes import Notes
from lenproto.lab.pace import Held
from lenproto.lab.program import Failure, LabError, Program
from lenproto.wire import DEFAULT_IP
from lenproto.words import Words, say

# in this order they play: a server has to listen before a client calls
SIDES = ("server", "client")
LIMITED = tap.READING | SENDING | WAITING | CONNECTING  # calls that may have a time limit
REST_S = 2.0  # seconds within which a side that goes on has to come to its next call
RUN_S = 10.0  # seconds that run() takes at most
LOOK_S = 0.0005  # seconds between two looks at where the sides are
STANDS = {"held", "ended", "asking"}  # so a thread stays until something is asked of the stage


@dataclass(frozen=True)
class Position:
    """Where one side stands.

    state is "not started", "about to" make a call, "blocked" in one, "finished", or "failed": it
    raised, called exit(), or has made no call for REST_S seconds. call reads like recv(48), or
    input("Request: "), which waits for the keyboard; None after the end; name is the name of that call.
    where tells the place in its own code; of a side that raised, where it did. awaits says what a
    blocked call waits for, limit_s after how many seconds it would give up, if ever. failure tells
    why a side stopped by itself, lingers where one is that makes no call; left_open how many sockets
    one that has finished has not closed.
    """

    actor: str
    state: str
    call: str | None = None
    where: Where | None = None
    awaits: str = ""
    limit_s: float | None = None
    name: str = ""
    failure: Failure | None = None
    lingers: Words | None = None
    left_open: int = 0

    @property
    def function(self):
        """The name of the function of its own that calls."""
        return self.where and self.where.function

    @property
    def line(self):
        """The number of the line that calls, as its file or cell counts."""
        return self.where and self.where.line

    @property
    def reason(self):
        """Why it failed, in words; "" if it did not."""
        return str(self.why or "")

    @property
    def why(self):
        """The same, not said yet; None if it did not."""
        if self.failure:
            return self.failure.words("stage.stopped", name=self.actor)
        return self.lingers and Words(
            "stage.no-call.now", seconds=f"{REST_S:g}", place=self.lingers
        )

    @property
    def words(self):
        """Where it stands, in words."""
        key = f"stage.position.{self.state.replace(' ', '-')}"
        if self.state == "failed":
            return Words(key, reason=self.why or "")
        if self.left_open:
            return Words(f"{key}-open", n=self.left_open)
        if self.call is None:
            return Words(key)
        return Words(key, call=self.call, line=self.line, function=self.function)

    def __str__(self):
        return str(self.words)


class Stage:
    """client(ip, port) and server(ip, port), each in a thread of its own, stepped call by call.

    typed are the lines that answer the client's input(), in turn; or {"client": lines, "server":
    lines}. After the last one input() meets the end of the input; interactive: it waits for type().
    cutter names the bytes where the two speak another protocol than ours.
    Time stands still here: no time limit runs out by itself, see time_out(). Close the stage, or
    use it in a with block: however stuck the sides are, all is freed. One that nobody holds any more
    frees itself a moment later. Ctrl-C strikes when both sides have come to rest, so that one can go
    on, or close it. Nothing here needs Jupyter.
    """

    def __init__(
        self, client, server, typed=(), *, ip=DEFAULT_IP, interactive=False, cutter=Cutter
    ):
        self._functions = {"client": client, "server": server}
        typed = typed if isinstance(typed, dict) else {"client": typed}
        if any(
            isinstance(lines, str) or not hasattr(lines, "__iter__") for lines in typed.values()
        ):
            raise LabError(Words("stage.trouble.typed"))
        self._typed = typed
        self._ip = ip
        self._interactive = interactive
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._turn = threading.RLock()  # a step is not disturbed by another one
        self.listeners = []  # called, without arguments, whenever both sides have come to rest
        self._started = self._closed = False
        self.orders = []  # what was asked of it so far, see again.py
        self._moved = SIDES[0]  # who made the last step
        self._holdings = _Holdings()
        self._sides, self._tap = self._holdings.sides, self._holdings.tap
        self.trace = self._tap.trace
        self.trace.notes = {name: Notes() for name in SIDES}
        self.trace.cutter = cutter

    def start(self):
        """Start both programs: each comes to its first call, and is held there."""
        with self._turn:
            if self._started:
                raise LabError(Words("stage.trouble.started"))
            _check_sockets()
            try:
                with held_back():
                    self._start()
            except BaseException:  # Ctrl-C, too
                self.close()
                raise
        return self

    def _start(self):
        self._started = True
        # nothing of the holdings may hold the stage
        self._dropped = weakref.finalize(self, self._holdings.free_aside)
        self._dropped.atexit = False  # its threads end with the program
        # so that nobody else gets this port before the server binds it
        self._holdings.reserved = reserved = ports.reserve(self._ip)
        self.address = reserved.getsockname()
        self._tap.__enter__()
        spaces = [getattr(each, "__globals__", {}) for each in self._functions.values()]
        self._holdings.stack.enter_context(waits.stand_in(*spaces))
        for name in SIDES:
            program = Program(name, self._functions[name], *self.address)
            lines = self._typed.get(name, ())
            gate = self._lock, self._changed
            self._sides[name] = side = _Side(program, *gate, lines, self._interactive)
            self._tap.add(program.thread, name)
            keyboard.give(program.thread, side.ask)
            program.start(side.pace)
        self._rest()

    def step(self, actor):
        """Let one side make its next call, wait until both have come to rest, and return its position.

        A side that is blocked, or has ended, stays where it is; one that waits for a timer of its own wakes.
        """
        with self._turn, held_back():
            self._must_run()
            side, self._moved = self._side(actor), actor
            keyboard.stand_in()
            if side.next_call and side.next_call.name == "bind":
                tap.original("close")(self._holdings.reserved)
            if timer := side.timer:
                side.expire(timer.limit_s)
            side.release()
            self._rest()
            self._note("step", actor)
            return self.position(actor)

    def play(self, actor, until=None):
        """Step one side until it is about to make this call, such as "accept" or "recv(48)", or cannot go on."""
        self._must_run()
        while (call := self._side(actor).next_call) and until not in (call.name, call.text()):
            self.step(actor)
        return self.position(actor)

    def moves(self):
        """Play both sides to their end: one until it is blocked or has ended, then the other. Yield after each step."""
        self._must_run()
        while actor := self.next_actor():
            yield self.step(actor)

    def next_actor(self):
        """Who makes the next of moves(): the side that moved last for as long as it can; None if neither can.

        One that sleeps, or asks without waiting and gets nothing, lets the other one go first.
        """
        can = [name for name in SIDES if self._sides[name].next_call]
        last = next((call for call in reversed(self.trace) if call.actor == self._moved), None)
        if self._moved in can and not (len(can) > 1 and last and last.gives_way):
            return self._moved
        other = next((name for name in can if name != self._moved), None)
        # when nobody can go on, time passes for who has a timer
        return other or next((name for name in SIDES if self._sides[name].timer), None)

    def run(self, timeout_s=RUN_S):
        """Play both sides to their end, in the order of moves(); return when nobody can go on any more.

        Returns in any case after timeout_s seconds.
        """
        deadline = time.monotonic() + timeout_s
        for _ in self.moves():
            if time.monotonic() > deadline:
                break
        return self

    def type(self, actor, line):
        """Type a line at a side's keyboard: it answers the input() in which it waits, or the next one."""
        with self._turn, held_back():
            self._must_run()
            self._side(actor).type(line)
            self._rest()
            self._note("type", actor, line)
            return self.position(actor)

    def time_out(self, actor):
        """Let the time limit run out of the call in which a side is blocked; return its position.

        LabError where it is in no such call, or the call has no time limit.
        """
        with self._turn, held_back():
            self._must_run()
            position = self.position(actor)
            if position.limit_s is None:
                raise LabError(Words("stage.trouble.no-limit", side=actor, position=position.words))
            self._sides[actor].expire(position.limit_s)
            self._rest()
            self._note("time out", actor)
            return self.position(actor)

    def position(self, actor):
        """Where a side stands: see Position."""
        if not self._sides and actor in SIDES:
            return Position(actor, "not started")
        side = self._side(actor)
        if call := side.next_call:
            return Position(actor, "about to", call.text(), call.where, name=call.name)
        for stuck, call in side.stuck:
            limit_s = stuck.limit_s if call.name in LIMITED else None
            return Position(
                actor, "blocked", call.text(), call.where, call.awaits, limit_s, call.name
            )
        if asking := side.asking:
            keyboard_ = say("stage.awaits.keyboard")
            return Position(
                actor, "blocked", asking.text(), asking.where, keyboard_, name=asking.name
            )
        program = side.program
        if program.failure:
            return Position(actor, "failed", where=program.failed_at, failure=program.failure)
        if side.ended:
            return Position(actor, "finished", left_open=side.left_open)
        return Position(actor, "failed", lingers=program.place)

    def can_step(self, actor):
        """Whether a step of a side does something: it makes its next call, or lets its timer run out."""
        side = self._side(actor)
        return bool(side.next_call or side.timer)

    def is_held(self, actor):
        """Whether a side is about to make a call."""
        return self._side(actor).next_call is not None

    def may_wait(self, actor):
        """Whether the call that a side is about to make waits where nothing is there for it."""
        return self._side(actor).may_wait

    def would_wait(self, actor):
        """Whether the next call of a side would wait for what only the other side can do, as far as that is known."""
        with self._turn, held_back():
            self._must_run()
            return self._side(actor).would_wait(self._tap)

    def call(self, actor):
        """The Call that a side is about to make, or is blocked in, an input() too; None after the end."""
        side = self._side(actor)
        return side.next_call or next((call for _, call in side.stuck), None) or side.asking

    @property
    def deadlock(self):
        """None, or who waits, for what, where, if both sides are stuck, for what only the other one could do."""
        if not self.at_rest or any(side.timer for side in self._sides.values()):
            return None
        stuck = {
            name: side.stuck[0]
            for name, side in self._sides.items()
            if side.stuck and not side.asking
        }
        if len(stuck) < 2:
            return None
        first, second = (_waits(name, call) for name, (_, call) in sorted(stuck.items()))
        limited = any(actor.limit_s is not None for actor, _ in stuck.values())
        both_read = all(call.name in tap.READING for _, call in stuck.values())
        end = ("limited" if limited else "for-ever") + "-reading" * both_read
        return say(f"stage.deadlock.{end}", first=first, second=second)

    @property
    def pause(self):
        """In `with stage.pause:` nobody makes a step, from whatever thread: what is read then belongs together."""
        return self._turn

    @property
    def at_rest(self):
        """Whether nothing happens any more before the next step."""
        return all(side.still is not None for side in self._sides.values())

    def result(self, actor):
        """What a side's function returned, or the exception that it raised; None while it runs."""
        program = self._program(actor)
        return program.error or program.result

    def printed(self, actor):
        """What a side has printed so far, and what was typed into it."""
        return self._program(actor).printed

    def picture(self, path, *, dark=None):
        """Draw the ladder of all calls so far into a file that ends in .svg or .png: see picture.save()."""
        self._must_run(closed_too=True)
        below = [*self.trace.stands(), *filter(None, [self.deadlock])]
        picture.save(path, self.trace, below, dark=dark)

    def close(self):
        """Stop both sides and free everything. LabError if a thread does not end."""
        with self._turn, held_back():
            if not self._started:
                return
            self._closed = True
            errors = self._holdings.free()
            self._dropped.detach()
            if errors:
                raise LabError(" ".join(errors))

    def __enter__(self):
        return self if self._started else self.start()

    def __exit__(self, *exception):
        self.close()

    def __repr__(self):
        return "\n".join(f"{name}: {self.position(name)}" for name in sorted(SIDES))

    def _note(self, do, actor, line=""):
        self.orders.append(Order(do, actor, line, len(self.trace)))

    def _program(self, actor):
        self._must_run(closed_too=True)
        return self._side(actor).program

    def _side(self, actor):
        if actor not in SIDES:
            raise ValueError(say("stage.trouble.no-side", side=repr(actor)))
        return self._sides[actor]

    def _must_run(self, closed_too=False):
        if not self._started:
            raise LabError(Words("stage.trouble.not-started"))
        if self._closed and not closed_too:
            raise LabError(Words("stage.trouble.closed"))

    def _rest(self):
        """Wait until every thread of both sides is held, blocked or at its end; at most REST_S seconds."""
        deadline, before, since = time.monotonic() + REST_S, None, 0.0
        while time.monotonic() < deadline:
            now = [side.still for side in self._sides.values()]
            if None in now:
                before = None
            elif all(STANDS.issuperset(side) for side in now):
                break
            elif now != before:
                before, since = now, time.monotonic()
            else:
                nobody_waits = not any({"blocked", "waiting"} & set(side) for side in now)
                if nobody_waits or time.monotonic() - since > tap.QUIET_S:
                    break
            with self._changed:
                self._changed.wait(LOOK_S)
        self.look()

    def look(self):
        """Keep, beside the calls, what a view of the trace needs: sources, prints, where each side stands; tell it."""
        for name, side in self._sides.items():
            position = self.position(name)
            self.trace.notes[name].add(
                side.program.printed, len(self.trace), position.where, position.words
            )
        for listener in self.listeners:
            listener()


class _Holdings:
    """What a stage has to free: its tap, its sides by name, and the port that it keeps for the server."""

    def __init__(self):
        self.tap, self.sides, self.reserved = tap.Tap({}), {}, None
        self.stack = contextlib.ExitStack()
        self._freed = False

    def free(self):
        """Stop both sides and free everything, once; return why what has not ended has not, in words."""
        errors = []
        if self._freed:
            return errors
        self.tap.remove()  # what was blocked stays so in the trace
        for side in self.sides.values():
            side.open()
        for side in self.sides.values():
            try:
                side.program.stop()
            except LabError as error:
                errors.append(str(error))
            keyboard.take(side.program.thread)
        self.stack.close()
        if self.reserved:
            tap.original("close")(self.reserved)
        self._freed = True
        return errors

    def free_aside(self):
        """The same in a thread of its own.

        Nobody holds the stage any more. That may come to light in the middle of anything, where
        the garbage collector runs: here nothing may be waited for, not even a lock.
        """
        with contextlib.suppress(RuntimeError):  # no thread can be started any more
            _thread.start_new_thread(_run_aside, (self.free,))


def _run_aside(function):
    """Run a function in a thread that threading knows."""
    tap.start_unseen(threading.Thread(target=function, name="frees a stage", daemon=True))


def _check_sockets():
    """LabError where a stage would see no calls: nothing of what stands in the place of socket.socket is Python's."""
    now = socket.socket
    if not (isinstance(now, type) and issubclass(now, tap.SOCKET)):
        raise LabError(Words("stage.trouble.other-sockets", name=getattr(now, "__name__", now)))


class _Side:
    """One program on the stage: the gate at which its threads are held, and its keyboard."""

    def __init__(self, program, lock, changed, typed, interactive):
        self.program = program
        # what is quickly done takes the lock itself: Ctrl-C within Condition's own with would leave it taken
        self._lock = lock
        self._changed = changed
        self._held = []  # [call, may go on, thread, socket], first come first
        self._typed = list(typed)
        self._interactive = interactive
        self._asking = {}  # Thread → the input() in which it waits for the keyboard
        self._open = False
        self.pace = Held(self.hold)

    def hold(self, call, sock):
        """Called in the program's thread before each of its calls: returns when it may be made."""
        with self._changed:
            if self._open:
                return
            ticket = [call, False, threading.current_thread(), sock]
            self._held.append(ticket)
            self._changed.notify_all()
            self._changed.wait_for(lambda: ticket[1] or self._open)

    def release(self):
        """Let the thread that was held first make its call."""
        with self._changed:
            if self._held:
                self._held.pop(0)[1] = True
                self._changed.notify_all()

    def expire(self, limit_s):
        """Let so much time pass for it: the limits run out of the calls in which it waits for no longer than that."""
        self.pace.clock.move(limit_s)
        for actor, _ in self.stuck:
            if actor.limit_s is not None and actor.limit_s <= limit_s:
                actor.pace.expired = True

    def ask(self, prompt=""):
        """What input() is for its threads: the next typed line. EOFError where none can come any more."""
        thread = threading.current_thread()
        print(prompt, end="")
        with self._changed:
            if not self._typed and self._interactive and not self._open:
                self._asking[thread] = Call("", "input", str(prompt), tap.where(), 0.0)
                self._changed.notify_all()
                self._changed.wait_for(lambda: thread not in self._asking)
            line = None if self._open or not self._typed else self._typed.pop(0)
        if self._open:
            raise tap.Stopped
        if line is None:
            raise EOFError(say("stage.nothing-typed"))
        print(line)
        return line

    def type(self, line):
        """Give a line to the first thread that asks, or will ask."""
        with self._changed:
            self._typed.append(line)
            if self._asking:
                del self._asking[next(iter(self._asking))]  # it runs from now on
            self._changed.notify_all()

    def open(self):
        """Hold nobody any more."""
        for actor in self.program.actors:
            actor.stopping = True
        with self._changed:
            self._open = True
            self._held.clear()
            self._asking.clear()
            self._changed.notify_all()

    @property
    def next_call(self) -> Call | None:
        """The call before which it is held."""
        with self._lock:
            return self._held[0][0] if self._held else None

    def would_wait(self, tap_):
        """Whether the call before which it is held would wait for the other side: nothing is there, or on the way."""
        if not self.may_wait:
            return False
        call, sock, actor = self._first
        look = actor.next_look if call.name in WAITING else None
        return not tap_.has(call, sock, self.program.name, look)

    @property
    def may_wait(self):
        """Whether the call before which it is held reads or looks, and was not told to go on where nothing is there."""
        if self._first is None:
            return False
        call, _, actor = self._first
        looks = call.name in WAITING - {"wait"} and actor.next_limit_s != 0
        return looks or (call.name in tap.READING and actor.may_wait)

    @property
    def _first(self):
        """The call before which it is held, its socket and its Actor; None where it is not."""
        with self._lock:
            if not self._held:
                return None
            call, _, thread, sock = self._held[0]
        return call, sock, next(each for each in self.program.actors if each.thread is thread)

    @property
    def stuck(self):
        """The actors of its threads that are blocked, each with its call; none while another one is held."""
        if self.next_call:
            return []
        found = [
            (actor, doing)
            for actor in self.program.actors
            if (doing := actor.doing) and actor.blocked
        ]
        # waiting for bytes tells more than waiting for anybody
        return sorted(found, key=lambda pair: pair[1].name == "accept")

    @property
    def timer(self):
        """The actor of a thread that waits until its timer runs out; None where none does."""
        return next((actor for actor, _ in self.stuck if actor.has_timer), None)

    @property
    def asking(self) -> Call | None:
        """The input() in which it waits for the keyboard."""
        with self._lock:
            return next(iter(self._asking.values()), None)

    @property
    def ended(self):
        """Whether all its threads have ended."""
        return not self.program.alive

    @property
    def left_open(self):
        """How many sockets its threads have not closed, though somebody holds them still."""
        sockets = {sock for actor in self.program.actors for sock in list(actor.sockets)}
        return sum(sock.fileno() != -1 for sock in sockets)

    @property
    def still(self):
        """How each of its threads is at rest; None if one is not."""
        with self._lock:
            held, asking = {thread for _, _, thread, _ in self._held}, set(self._asking)
        states = []
        for actor in self.program.actors:
            if not actor.thread.is_alive():
                states.append("ended")
            elif actor.thread in asking:
                states.append("asking")
            elif actor.thread in held:
                states.append("held")
            elif actor.doing is not None:
                states.append(
                    "blocked"
                    if actor.blocked and not actor.awaited and not actor.pace.expired
                    else None
                )
            else:
                states.append("waiting" if self.program.waits_for_another(actor.thread) else None)
        for_another = "waiting" in states and not {"held", "asking", "blocked"} & set(states)
        if None in states or for_another:
            return None
        return tuple(states)


def call_at(call):
    """A call and its line, in words."""
    line, function = call.where.line, call.where.function
    return Words("stage.at.call", call=call.text(), line=line, function=function)


def _waits(side, call):
    """Who waits for what, where, in words."""
    side = Words(f"stage.side.{side}")
    return Words("stage.deadlock.waits", side=side, what=_wanted(call), at=call_at(call))


def _wanted(call):
    """What a call that blocks waits for, in words."""
    return Words(call.awaits_key, n=call.argument)
