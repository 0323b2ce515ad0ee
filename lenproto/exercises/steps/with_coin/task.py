"""with_coin(answers): a table of answers with one request more."""

import functools

from lenproto.exercises.functions.finding import ended_otherwise, thing
from lenproto.exercises.functions.finding import found as named
from lenproto.exercises.steps import common

NAME = "with_coin"
found = functools.partial(common.found, NAME)
SIDES = ("heads", "tails")
TOSSES = 40  # of a coin that shows both sides: the same one each time by chance in one of 10¹¹

CASES = [common.meets(NAME, "a table of two", setting="table")]


def set_up(seen, stack):
    """A table of answers."""
    seen.table = {"NAME": lambda: "lena", "CITY": lambda: "Haifa"}
    return (seen.table,)


def explain(seen):
    if wrong := ended_otherwise(seen):
        return wrong
    table = seen.result
    if table is None:
        name = "changes-the-table" if len(seen.table) > 2 else "gives-nothing.at-all"
        return found(name) if len(seen.table) > 2 else named(name, of=common.STEPS)
    if not isinstance(table, dict):
        return named("another-result.table", of=common.STEPS, result=thing(table))
    # `|` and `[…] =` are thought to be the same
    if len(seen.table) != 2:
        return found("changes-the-table")
    return _coin(table) or _others(table, seen.table)


def _coin(table):
    if "COIN" not in table:
        like = next((name for name in table if str(name).upper() == "COIN"), "")
        return found("small-name", name=repr(like)) if like else found("no-coin")
    coin = table["COIN"]
    # what is to be said is thought to stand in the table
    if not callable(coin):
        return found("no-function", value=thing(coin))
    try:
        tossed = [coin() for _ in range(TOSSES)]
    except Exception as error:
        return found("coin-fails", error=type(error).__name__)
    if no_text := [each for each in tossed if not isinstance(each, str)]:
        return found("toss-is-no-text", value=thing(no_text[0]))
    sides = sorted(set(tossed))
    if len(sides) == 1:
        return found("always-the-same", times=TOSSES, value=thing(sides[0]))
    if sides == [*SIDES]:
        return None
    return found("other-sides", times=TOSSES, values=[*map(thing, sides[:4])])


def _others(table, given):
    if any(table.get(name) is not each for name, each in given.items()):
        return found("loses-the-others")
    return None
