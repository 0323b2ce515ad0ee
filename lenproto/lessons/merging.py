"""A newer lesson with what a learner has written in the older one: cell by cell, each known by its id.

What was laid is known by the fingerprints of its cells; what is not as it was laid, the learner has written.

    the learner's cell    the lesson's cell     what there is then
    as it was             whatever              the lesson's
    written in            as it was             the learner's
    written in            new as well           the learner's, where it is a box for an answer (a function);
                                                else the lesson's, and the learner's right below it
    written in            gone                  the learner's, behind the cell that it stood behind
    added                 -                     the same
    removed               as it was             none
    removed               new                   the lesson's
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lenproto.lessons.notebook import (
    Cell,
    Notebook,
    fingerprint,
    fresh,
    identified,
    only_defines,
    source,
)


@dataclass
class Merged:
    """A notebook of both, and what became of the cells.

    carried: written in, and the lesson's is as it was. kept: its text is new in the lesson, and the
    learner's stands there. below: the learner's stands below the lesson's new one. gone: the lesson has no
    such cell any more. own: added by the learner. added, changed, removed: cells of the lesson.
    """

    notebook: Notebook
    carried: list[Cell] = field(default_factory=list)
    kept: list[Cell] = field(default_factory=list)
    below: list[Cell] = field(default_factory=list)
    gone: list[Cell] = field(default_factory=list)
    own: list[Cell] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    removed: int = 0


def merge(original: Mapping[str, str], mine: Notebook, new: Notebook) -> Merged:
    """Return the new lesson with what was written in mine; original: the fingerprints of the lesson that was laid."""
    return _Merge(original, mine, new).result()


class _Merge:
    def __init__(self, original: Mapping[str, str], mine: Notebook, new: Notebook):
        self.original = original
        self.mine = {cell["id"]: cell for cell in identified(mine, original)}
        self.lesson = {cell["id"]: cell for cell in new["cells"]}
        self.taken = {*self.mine, *self.lesson, *original}
        metadata = mine.get("metadata", {}) | new["metadata"]
        self.merged = Merged(new | {"metadata": metadata})

    def result(self) -> Merged:
        """Walk through the lesson, and put behind each cell those of the learner's that stood there."""
        behind = self._behind()
        cells = [*behind.get(None, [])]
        for name in self.lesson:
            cells += [*self._cells(name), *behind.get(name, [])]
        self.merged.notebook["cells"] = cells
        self.merged.removed = len(self.original.keys() - self.lesson.keys())
        return self.merged

    def _behind(self) -> dict[str | None, list[Cell]]:
        """The learner's cells that the lesson does not have, by the lesson's cell that they stood behind."""
        found: dict[str | None, list[Cell]] = {}
        last = None
        for name, cell in self.mine.items():
            if name in self.lesson:
                last = name
            elif self.original.get(name) != fingerprint(cell):
                found.setdefault(last, []).append(cell)
                told = self.merged.gone if name in self.original else self.merged.own
                if source(cell).strip():
                    told.append(cell)
        return found

    def _cells(self, name: str) -> Iterator[Cell]:
        """What there is of a cell of the lesson."""
        laid, theirs = self.original.get(name), self.lesson[name]
        new = fingerprint(theirs)
        if name not in self.mine:
            if laid == new:
                return  # the learner has removed it
            self._count(laid)
            yield theirs
            return
        mine = self.mine[name]
        now = fingerprint(mine)
        if new != laid:
            self._count(laid)
        if now == new:
            yield mine | {"metadata": mine["metadata"] | theirs["metadata"]}
        elif now == laid:
            yield theirs
        else:
            yield from self._written_in(mine, theirs, new == laid)

    def _written_in(self, mine: Cell, theirs: Cell, as_it_was: bool) -> Iterator[Cell]:
        in_its_place = mine | {"metadata": mine["metadata"] | theirs["metadata"]}
        if as_it_was:
            self.merged.carried.append(mine)
            yield in_its_place
        elif only_defines(theirs) and mine["cell_type"] == "code":
            self.merged.kept.append(mine)
            yield in_its_place
        else:
            self.merged.below.append(mine)
            yield theirs
            # a name in a gradebook is the lesson's cell's alone
            kept = {name: each for name, each in mine["metadata"].items() if name != "nbgrader"}
            yield mine | {"id": fresh(self.taken), "metadata": kept}

    def _count(self, laid: str | None) -> None:
        if laid is None:
            self.merged.added += 1
        else:
            self.merged.changed += 1
