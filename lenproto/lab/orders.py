"""Every order in which two programs can make their calls: each is run for real, on a stage of its own.

Orders that differ only in calls which know nothing of each other are one: of these, one is run. So not all orders
are tried, but for each that was run, those in which two of its calls change places that do have a say in what the
other one gives (a partial-order reduction, after Flanagan and Godefroid).
"""

import errno
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lenproto.lab.commuting import KINDS, Event, depends, is_cause, meets, place
from lenproto.lab.stage import SIDES, Stage, call_at
from lenproto.lab.trace import Trace
from lenproto.words import Words, say

MOST = 500  # orders that are found at most
LIMIT_S = 10.0  # seconds that it takes at most
STEPS = 400  # of one order: one with more goes on for ever
SHOWN = 12  # orders that print() lists
WELL, REFUSED, DEADLOCK = "well", "refused", "deadlock"
FAILS, WAITS, ASKS, ENDLESS = "fails", "waits", "asks", "endless"
WRONG = (REFUSED, DEADLOCK, FAILS, ENDLESS)
ENDINGS = (*WRONG, WAITS, ASKS, WELL)  # as they are listed
Program = Callable[[str, int], Any]


@dataclass(frozen=True)
class Order:
    """One order: whose step comes when, and how it ends.

    ending is "well"; "refused": a client called before anybody listened; "deadlock"; "fails": a side ended with an
    error; "endless"; "waits": one side has ended, and left open what the other one waits for; "asks": one waits for
    the keyboard.
    shortest: the steps after which that is decided. why tells more, in words, of one that goes wrong. trace has the
    calls, results what each side returned or raised. Iterating gives the sides in turn, up to where all is decided:
    StageView(client, server, played=order) begins there.
    """

    steps: tuple[str, ...]
    ending: str
    shortest: tuple[str, ...]
    why: Words | str
    trace: Trace
    results: Mapping[str, Any]

    def __iter__(self) -> Iterator[str]:
        return iter(self.shortest)

    def __len__(self) -> int:
        return len(self.shortest)

    @property
    def goes_wrong(self) -> bool:
        """Whether it cannot be meant to end like this."""
        return self.ending in WRONG

    @property
    def keys(self) -> str:
        """The keys of the stage that make it: S for a step of the server, C for one of the client; SSS C S."""
        groups: list[str] = []
        for side in self:
            key = side[0].upper()
            if groups and groups[-1][0] == key:
                groups[-1] += key
            else:
                groups.append(key)
        return " ".join(groups)

    @property
    def label(self) -> str:
        """How it ends, in a word or two."""
        return say(f"orders.ending.{self.ending}")

    @property
    def sentence(self) -> str:
        """The same with the reason, if it goes wrong."""
        return say(f"orders.sentence.{self.ending}", why=self.why)

    def __str__(self) -> str:
        return say("orders.row", keys=self.keys, ending=self.label)

    __repr__ = __str__


class Orders(Sequence[Order]):
    """All different orders of the steps of two programs: those that go wrong first, the shortest before the others.

    complete tells whether these are all; else there was no more time, there were too many, or one had no end.
    seconds is how long it took, runs how often both programs were started. client, server and typed are what was run.
    """

    def __init__(self, client: Program, server: Program, typed: Any) -> None:
        self.client, self.server, self.typed = client, server, typed
        self.complete, self.seconds, self.runs = False, 0.0, 0
        self._found: list[Order] = []

    def add(self, order: Order) -> None:
        """Put one more among them."""
        self._found.append(order)
        self._found.sort(
            key=lambda each: (
                not each.goes_wrong,
                len(each),
                ENDINGS.index(each.ending),
                each.shortest,
            )
        )

    def __getitem__(self, number: Any) -> Any:
        return self._found[number]

    def __len__(self) -> int:
        return len(self._found)

    def of(self, ending: str) -> list[Order]:
        """Those that end like this."""
        return [order for order in self if order.ending == ending]

    @property
    def wrong(self) -> Order | None:
        """The shortest that goes wrong; None where all end well."""
        return self[0] if self and self[0].goes_wrong else None

    def told(self) -> list[str]:
        """How many there are, and whether these are all; which is the shortest that goes wrong, and why it does."""
        lines = [say("orders.all" if self.complete else "orders.more", n=len(self))]
        if wrong := self.wrong:
            lines += [say("orders.shortest", n=len(wrong), keys=wrong.keys), wrong.sentence]
        return lines

    def __str__(self) -> str:
        lines = self.told()[:1]
        for ending in ENDINGS:
            if some := self.of(ending):
                lines.append(say(f"orders.count.{ending}", n=len(some)))
        if self.wrong:
            lines += ["", *self.told()[1:]]
        lines += ["", *(str(order) for order in self[:SHOWN])]
        if len(self) > SHOWN:
            lines.append(say("orders.others", n=len(self) - SHOWN))
        return "\n".join(lines)

    __repr__ = __str__


def orders(
    client: Program,
    server: Program,
    typed: Any = (),
    *,
    most: int = MOST,
    limit_s: float = LIMIT_S,
) -> Orders:
    """Run client(ip, port) and server(ip, port) in every order of their steps that makes a difference.

    typed are lines that answer input(), as on a Stage. It ends after so many orders, or seconds. Raises LabError as
    a Stage does.
    """
    found = Orders(client, server, typed)
    began = time.monotonic()
    search = _Search(found, began + limit_s)
    while len(found) < most and time.monotonic() < search.until:
        search.run()
        if not search.turn():
            found.complete = not (search.missed or found.of(ENDLESS))
            break
    found.seconds = time.monotonic() - began
    return found


@dataclass
class _Node:
    """A moment on the way: who can make a step, who makes it, whose turn is to be tried, too, and what was tried.

    asleep has the events of sides whose turn need not be tried: what they would do was done in another order before.
    """

    able: tuple[str, ...]
    chosen: str
    asleep: dict[str, Event]
    wanted: set[str] = field(default_factory=set)
    done: dict[str, Event] = field(default_factory=dict)
    event: Event | None = None


class _Search:
    """Goes through the orders, depth first: each run follows the way of the last one to where it takes another turn.

    until: when it gives up, as time.monotonic() tells it.
    """

    def __init__(self, found: Orders, until: float) -> None:
        self._found, self.until = found, until
        self._way: list[_Node] = []
        self._seen: set[object] = set()  # what came of the orders so far
        self.missed = False  # a turn, for a program did not do the same again

    def run(self) -> None:
        """Run both programs along the way, and then on to their end; note which other turns are worth a try."""
        found = self._found
        found.runs += 1
        with Stage(found.client, found.server, found.typed, interactive=True) as stage:
            whole = self._play(stage)
            last = self._block(stage) if whole else []
            events = self._events()
            self._note_races(events)
            if whole:
                self._keep(_judged(stage, events, [event.side for event in events] + last))

    def turn(self) -> bool:
        """Take the last turn of the way that is left to be tried; return whether there is one."""
        while self._way:
            node = self._way[-1]
            if node.event:
                node.done[node.chosen] = node.event
            left = [
                side
                for side in node.able
                if side in node.wanted - node.done.keys() - node.asleep.keys()
            ]
            if left:
                node.chosen, node.event = left[0], None
                return True
            self._way.pop()
        return False

    def _play(self, stage: Stage) -> bool:
        """Make all steps; return whether the end is one that was not there before in another order."""
        at = 0
        while at < STEPS and (able := _able(stage)):
            if at == len(self._way):
                asleep = self._asleep(at)
                awake = [side for side in able if side not in asleep]
                if not awake:
                    return False
                # one that only looks again and again lets the other one go on
                turn = stage.next_actor()
                chosen = turn if turn in awake else awake[0]
                self._way.append(_Node(able, chosen, asleep, {chosen}))
            node = self._way[at]
            if node.chosen not in able:  # a program that does not do the same each time
                self.missed = True
                del self._way[at:]
                return False
            node.event = _step(stage, node.chosen)
            at += 1
            place(self._events()[:at])
            if time.monotonic() > self.until:
                return False
        del self._way[at:]
        return True

    def _events(self) -> list[Event]:
        return [node.event for node in self._way if node.event]

    def _asleep(self, at: int) -> dict[str, Event]:
        """Whose turn need not be tried: what it does was tried before, and knows nothing of the step since."""
        if not at:
            return {}
        before = self._way[at - 1]
        assert before.event is not None
        known = before.asleep | before.done
        return {
            side: event
            for side, event in known.items()
            if side != before.chosen and not meets(event, before.event)
        }

    def _block(self, stage: Stage) -> list[str]:
        """Let the sides make the calls in which they wait for ever; return whose steps these were."""
        steps = []
        for side in SIDES:
            if stage.is_held(side):
                stage.step(side)
                steps.append(side)
        return steps

    def _note_races(self, events: Sequence[Event]) -> None:
        """Where a call depends on one of the other side, and might as well have come before it: that is to be tried."""
        known = dict.fromkeys(SIDES, -1)  # the last event of the other side that it knows of
        for number, event in enumerate(events):
            earlier = _last_it_depends_on(events, number)
            if earlier <= known[event.side]:
                continue
            known[event.side] = earlier
            if not is_cause(events[earlier], event):
                node = self._way[earlier]
                node.wanted |= {event.side} & set(node.able) or set(node.able)

    def _keep(self, order: Order) -> None:
        """Note an order, unless in another one each call gave the same."""
        calls = {
            side: [
                (call.text(), call.outcome(), call.data)
                for call in order.trace
                if call.actor == side
            ]
            for side in SIDES
        }
        same = str([calls[side] for side in SIDES]), order.ending
        if same not in self._seen:
            self._seen.add(same)
            self._found.add(order)


def _last_it_depends_on(events: Sequence[Event], number: int) -> int:
    """The number of the last event of the other side before this one on which it depends; -1: there is none."""
    event = events[number]
    for earlier in range(number - 1, -1, -1):
        if events[earlier].side != event.side and depends(events[earlier], event):
            return earlier
    return -1


def _past(events: Sequence[Event], number: int) -> tuple[str, ...]:
    """Whose steps have to come, in turn, so that this event does: none that has no say in it."""
    needed = {number}
    for each in range(number, -1, -1):
        if each in needed:
            own = (n for n in range(each - 1, -1, -1) if events[n].side == events[each].side)
            needed |= {next(own, -1), _last_it_depends_on(events, each)}
    return tuple(events[each].side for each in sorted(needed) if each >= 0)


def _able(stage: Stage) -> tuple[str, ...]:
    """The sides that can make a step; where neither can, one whose timer can run out."""
    able = [side for side in SIDES if stage.is_held(side) and not stage.would_wait(side)]
    timers = [side for side in SIDES if stage.can_step(side) and not stage.is_held(side)]
    return tuple(able or timers[:1])


def _step(stage: Stage, side: str) -> Event:
    """Let a side make a step; return the call that it was."""
    call, waits = stage.call(side), stage.may_wait(side)
    stage.step(side)
    return Event(side, call, waits)


def _judged(stage: Stage, events: Sequence[Event], steps: Sequence[str]) -> Order:
    """What came of an order."""
    ending, decisive, why = _ending(stage, events)
    results = {side: stage.result(side) for side in SIDES}
    shortest = tuple(steps) if decisive is None else _past(events, decisive)
    return Order(tuple(steps), ending, shortest, why, stage.trace, results)


def _ending(stage: Stage, events: Sequence[Event]) -> tuple[str, int | None, Words | str]:
    """How an order ended, the number of the event that decided it (None: all of them did), and why, in words."""
    stand = {side: stage.position(side) for side in SIDES}
    if (refused := _refused(events)) is not None:
        return REFUSED, refused, call_at(events[refused].call)
    if deadlock := stage.deadlock:
        return DEADLOCK, None, deadlock
    if failed := [side for side in SIDES if stand[side].state == "failed"]:
        own = [number for number, event in enumerate(events) if event.side == failed[0]]
        return FAILS, own[-1] if own else None, stand[failed[0]].why
    if len(events) == STEPS:
        return ENDLESS, None, ""
    if any(stand[side].name == "input" for side in SIDES):
        return ASKS, None, ""
    for side in SIDES:
        if stand[side].state == "blocked" and KINDS.get(stand[side].name) not in ("accept", "look"):
            return WAITS, None, stand[side].words
    return WELL, None, ""


def _refused(events: Sequence[Event]) -> int | None:
    """The number of the last call that connects, from 0, if it was refused; None if it was not, or there is none."""
    connects = [number for number, event in enumerate(events) if event.kind == "connect"]
    if not connects:
        return None
    result = events[connects[-1]].call.result
    refused = isinstance(result, ConnectionRefusedError) or result == errno.ECONNREFUSED
    return connects[-1] if refused else None
