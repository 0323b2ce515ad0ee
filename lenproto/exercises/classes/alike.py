"""Which learners' functions are much the same: beyond what two people come to who do the same exercise.

It says that two texts are alike, and no more: who has worked together, and whether they were to, a teacher knows. Other
names, comments, blank lines and another order of the functions make no difference. What everybody is given does not
count: the stub, and the package's solution; nor what is so short that all must come to the same.
"""

import ast
import builtins
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from lenproto.exercises.classes.handed_in import HandedIn
from lenproto.exercises.functions import FUNCTIONS, source_of
from lenproto.exercises.judging import submission

ALIKE = 0.95  # from 0 to 1: of all symbols in two functions, so many are the same, and in the same order
LEAST_SYMBOLS = 60  # of a function: a shorter one can hardly be written in another way
MOST_BYTES = 2_000_000  # of a file: a longer one holds something else than code
KEPT = {
    *dir(builtins),
    "socket",
    "datetime",
    "random",
    "time",
    "strftime",
}  # names that nobody has chosen


@dataclass(frozen=True)
class Pair:
    """Two learners, and their functions that are much the same: each with both sources, and how much, from 0 to 1."""

    learners: tuple[str, str]
    functions: dict[str, tuple[str, str, float]]

    @property
    def share(self) -> float:
        """How much is the same, in the function that is most so."""
        return max(share for *_, share in self.functions.values())


def pairs(learners: Iterable[HandedIn]) -> list[Pair]:
    """Return the pairs of learners whose functions are much the same, those first that are most so."""
    handed_in = [(each.learner, _functions(each)) for each in learners]
    found: dict[tuple[str, str], dict[str, tuple[str, str, float]]] = {}
    for name in FUNCTIONS:
        given = [_symbols(source_of(name, part), name) for part in ("stub", "solution")]
        written = [
            (learner, functions[name], symbols)
            for learner, functions in handed_in
            if name in functions and _is_ones_own(symbols := _symbols(functions[name], name), given)
        ]
        for (one, source, symbols), (other, its, its_symbols) in itertools.combinations(written, 2):
            share = _share(symbols, its_symbols)
            if share >= ALIKE:
                found.setdefault((one, other), {})[name] = source, its, share
    return sorted((Pair(*each) for each in found.items()), key=lambda pair: -pair.share)


def groups(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Return the pairs by group: whoever is alike with somebody of a group is in it. One pair less than its learners.

    Of many that are all alike these pairs are enough to see it; they are those that are most so.
    """
    of: dict[str, list[Pair]] = {}  # learner → the group
    for pair in pairs:
        one, other = (of.get(learner) for learner in pair.learners)
        if one is not None and one is other:
            continue
        group = [*(one or ()), *(other or ()), pair]
        for each in group:
            of |= dict.fromkeys(each.learners, group)
    unlike = {id(group): group for group in of.values()}
    return sorted(unlike.values(), key=lambda group: (-len(group), -group[0].share))


def _is_ones_own(symbols: Sequence[str], given: Iterable[Sequence[str]]) -> bool:
    """Whether there is enough of it, and it is not what everybody is given."""
    return len(symbols) >= LEAST_SYMBOLS and all(_share(symbols, each) < ALIKE for each in given)


def _share(one: Sequence[str], other: Sequence[str]) -> float:
    share: float = Indel.normalized_similarity(one, other, score_cutoff=ALIKE)
    return share


def _functions(learner: HandedIn) -> dict[str, str]:
    """The source of each function that a learner has handed in."""
    found: dict[str, str] = {}
    for source in learner.sources:
        path = source.file.path
        try:
            parts = submission.read_file(path).parts if path.stat().st_size <= MOST_BYTES else []
        except (OSError, submission.NotReadable):
            continue
        wanted = source.functions or FUNCTIONS
        for part in parts:
            for node in part.tree.body:
                if isinstance(node, ast.FunctionDef) and node.name in wanted:
                    found[node.name] = ast.get_source_segment(part.text, node) or ""
    return found


def _symbols(source: str, name: str) -> list[str]:
    """A function as a row of symbols: what it is made of, without the names that somebody has chosen."""
    tree = ast.parse(source)
    function = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
    )
    if ast.get_docstring(function, clean=False) is not None:
        function.body = function.body[1:]
    return [symbol for node in function.body for symbol in _walk(node)]


def _walk(node: ast.AST) -> Iterator[str]:
    """What a node is, and what is in it, in the order of the source."""
    match node:
        case ast.Name(id=name):
            yield name if name in KEPT else "name"
        case ast.Attribute(attr=name):
            yield f".{name}"
        case ast.Constant(value=value):
            yield repr(value) if not isinstance(value, str | bytes) else type(value).__name__
        case ast.Load() | ast.Store():
            return
        case _:
            yield type(node).__name__
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)
