"""The conversation of a case that failed, as the process in which it took place hands it to whoever looks at it."""

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from lenproto.lab.call import Where
from lenproto.lab.notes import Source, source_of

Json = dict[str, Any]


def with_sources(talk: Json, places: Iterable[list[Any]], source: Callable[[Any], str]) -> Json:
    """Return a conversation with the functions in which calls stood, where their text was not known and is known here.

    places are [function, line, file]; source(place) is what stands there.
    """
    known: dict[tuple[str, str], Source] = {}
    for place in places:
        where = Where(*place)
        if source(place) and not any(each.holds(where) for each in known.values()):
            found = source_of(where)
            known[found.function, PurePath(found.file).name] = found
    notes = {actor: dict(each) for actor, each in talk["notes"].items()}
    for each in notes.values():
        each["sources"] = [_better(tuple(old), known) for old in each["sources"]]
    return {**talk, "notes": notes}


def _better(old, known):
    function, _, text, file = old
    found = known.get((function, file))
    return (found.function, found.first, found.text, file) if found and not text else old
