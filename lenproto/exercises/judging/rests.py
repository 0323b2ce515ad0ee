"""How the threads of a function wait for each other: in no time, and yet none of them too early.

A wait with a time limit ends when its time has come, and no time passes by itself: it is let pass once all the others
wait, too, for as long at least. Whether they do is known, however late a busy computer gives them a turn.
"""

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import sleep as real_sleep  # also where another stands in its place

from lenproto.exercises.judging.clock import CLOCK
from lenproto.exercises.judging.patience import Patience

LOOK_S = 0.002  # between two looks
ROUNDS = 2  # that who waits for bytes has to go, since nothing happened, until it is known that none come
UNKNOWN_S, UNKNOWN_STILL = (
    0.5,
    250,
)  # patience with a thread that waits in a way of which nothing is known


@dataclass
class Rest:
    """One wait: until which time of the clock, at most, and for what: notify() of a condition, or a thread's end.

    Who waits for bytes goes round and round, and counts the rounds in which nothing came.
    """

    until: float = math.inf  # seconds, as Clock.gone_s
    thing: threading.Condition | threading.Thread | None = None
    rounds: int = 0


class Rests:
    """All the waits of a function's threads, as they are now, by actor."""

    def __init__(self) -> None:
        self._now: dict[object, Rest] = {}
        self._ended = 0  # so many

    @contextlib.contextmanager
    def resting(
        self, actor: object, until: float = math.inf, thing: object = None
    ) -> Iterator[Rest]:
        """In here an actor waits."""
        rest = self._now[actor] = Rest(until, thing)  # type: ignore[arg-type]
        try:
            yield rest
        finally:
            self._ended += 1
            del self._now[actor]

    def wait(
        self,
        actor: object,
        others: Callable[[], list[object]],
        look: Callable[[float], bool],
        seconds: float,
        thing: object,
        let_pass: Callable[[float], object],
    ) -> bool:
        """Wait for another thread, so many seconds at most; return whether that has come.

        look(s) tells whether it has, in s real seconds; others() gives the actors of the other threads that live;
        let_pass(s) lets s seconds pass.
        """
        patience = Patience(UNKNOWN_S, UNKNOWN_STILL)
        with self.resting(actor, CLOCK.gone_s + seconds, thing) as rest:
            since = self._mark()
            while not look(LOOK_S if others() else 0):
                if CLOCK.gone_s >= rest.until:  # the wait of another one has moved it on
                    return False
                if self._ended != since[0]:
                    since = self._mark()
                if self._all_wait(rest, others(), since[1]) or patience.is_over():
                    let_pass(rest.until - CLOCK.gone_s)
                    return False
        return True

    def give_way(self, others: list[object], limit_s: float) -> bool:
        """Let the first wait end that does so within a time limit; return whether there is one."""
        rests = [rest for other in others if (rest := self._now.get(other))]
        first = min(rests, key=lambda rest: rest.until, default=None)
        if first is None or first.until >= CLOCK.gone_s + limit_s:
            return False
        CLOCK.move(first.until - CLOCK.gone_s)
        patience = Patience(UNKNOWN_S, UNKNOWN_STILL)
        while first in self._now.values() and not patience.is_over():
            real_sleep(LOOK_S)
        return True

    def _mark(self) -> tuple[int, dict[int, int]]:
        """How many waits have ended, and the rounds of those that go on."""
        return self._ended, {id(rest): rest.rounds for rest in list(self._now.values())}

    def _all_wait(self, own: Rest, others: list[object], since: dict[int, int]) -> bool:
        """Whether all the others wait, for as long at least, and nothing has come for any of them."""
        rests = [self._now.get(other) for other in others]
        return all(rest and rest.until >= own.until and self._waits(rest, since) for rest in rests)

    def _waits(self, rest: Rest, since: dict[int, int]) -> bool:
        """Whether what a thread waits for has not come: it may not have had a turn since."""
        thing = rest.thing
        if isinstance(thing, threading.Condition):
            here = sum(each.thing is thing for each in list(self._now.values()))
            waiters: int = len(thing._waiters)  # type: ignore[attr-defined]
            return waiters >= here
        if isinstance(thing, threading.Thread):
            return thing.is_alive()
        return rest.rounds >= since.get(id(rest), 0) + ROUNDS
