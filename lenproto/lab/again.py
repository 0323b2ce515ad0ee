"""Two programs brought to the same point once more: they start anew, and the same is asked of them, step by step."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lenproto.lab.call import Call
from lenproto.lab.program import LabError

if TYPE_CHECKING:
    from lenproto.lab.stage import Stage


@dataclass(frozen=True)
class Order:
    """What was asked of a stage: "step", "type" or "time out" of a side, the line that was typed.

    calls: so many calls had begun when both sides had come to rest again.
    """

    do: str
    side: str
    line: str
    calls: int


def until(orders: Iterable[Order], calls: int) -> list[Order]:
    """Return the orders up to the moment at which so many calls had begun."""
    return [*itertools.takewhile(lambda order: order.calls <= calls, orders)]


def follow(stage: "Stage", orders: Iterable[Order]) -> None:
    """Ask the same of a stage. What cannot be done there any more is left out: the programs went another way."""
    for order in orders:
        try:
            if order.do == "step":
                stage.step(order.side)
            elif order.do == "type":
                stage.type(order.side, order.line)
            else:
                stage.time_out(order.side)
        except LabError:
            return


def first_difference(before: Sequence[Call], now: Sequence[Call]) -> int | None:
    """Return the number of the first call that is another one now, from 1; None where all of them are the same.

    Ports and times make no difference.
    """
    for number, (one, other) in enumerate(itertools.zip_longest(before, now), 1):
        if one is None or other is None or not _same(one, other):
            return number
    return None


def _same(one: Call, other: Call) -> bool:
    """Whether two calls are the same, as far as they have come."""
    if (one.actor, one.text()) != (other.actor, other.text()):
        return False
    ended = one.ended is not None and other.ended is not None
    return not ended or (one.data, one.outcome()) == (other.data, other.outcome())
