"""What each learner of a class has handed in: which of the files count, and which are left aside, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lenproto.exercises.classes import names
from lenproto.exercises.classes.class_list import ClassList, Pupil
from lenproto.exercises.classes.files import OTHER_ARCHIVES, Aside, Found, Gathered
from lenproto.exercises.classes.names import Owner
from lenproto.exercises.classes.reading import EMPTY, WRITTEN, Contents, read
from lenproto.exercises.functions import FUNCTIONS
from lenproto.words import Words


@dataclass(frozen=True)
class Source:
    """A file that counts, and the functions that are taken from it; all that it has where there are none named."""

    file: Found
    functions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name within the class."""
        return self.file.within.as_posix()


@dataclass(frozen=True)
class HandedIn:
    """What a learner has handed in. fault: why there is nothing to judge; pupil: who it is, as far as that is known."""

    learner: str
    sources: tuple[Source, ...] = ()
    asides: tuple[Aside, ...] = ()
    fault: Words | None = None
    pupil: Pupil | None = None
    listed: bool = True  # on the class list, if there is one
    modified: float = 0.0

    @property
    def path(self) -> str:
        """The files that count, by name."""
        return ", ".join(source.file.shown or str(source.file.path) for source in self.sources)


@dataclass
class Class:
    """What a class has handed in: learners, pupils of whom there is nothing, and files that are nobody's."""

    learners: list[HandedIn] = field(default_factory=list)
    absent: list[Pupil] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)


@dataclass(frozen=True)
class _Item:
    """A file, whose it is, and what stands in it; of one that is nothing to read, why."""

    file: Found
    owner: Owner
    contents: Contents
    refused: Words | None = None

    @property
    def name(self) -> str:
        return self.file.within.name

    def is_helper(self, others: Iterable["_Item"]) -> bool:
        """Whether another file imports it."""
        return self.file.path.suffix.lower() == ".py" and any(
            self.file.within.stem in other.contents.imports for other in others if other != self
        )

    def says_something(self) -> bool:
        """Whether somebody has written in it, or tried to."""
        return bool(self.contents.own or self.contents.unreadable or self.refused)

    def called_beside(self, other: "_Item") -> str:
        """Its name, in a sentence about another file."""
        return self.name if self.name != other.name else self.file.within.as_posix()

    def turn(self) -> tuple[float, list[tuple[bool, int, str]]]:
        """The newest last."""
        return self.file.modified, names.natural(str(self.file.within))


def sort_out(gathered: Gathered, class_list: ClassList | None = None) -> Class:
    """Return what is there of whom. With a class list, whoever is on it has the name that stands there."""
    result = Class()
    result.asides += [
        Aside(name, Words("grading.aside.checkpoint")) for name in sorted(gathered.checkpoints)
    ]
    items = _items(gathered, result)
    pupils = _pupils({item.owner for item in items}, class_list)
    groups: dict[Pupil | str, list[_Item]] = {}
    for item in items:
        alone = item.file.within.as_posix()  # nobody knows whose it is
        name = item.owner.key if item.owner.named else alone
        groups.setdefault(pupils.get(item.owner, name), []).append(item)
    for who, group in groups.items():
        pupil = who if isinstance(who, Pupil) else None
        for part in [group] if pupil else _namesakes(group):
            _add(result, part, pupil, class_list)
    _tell_apart(result)
    if class_list:
        result.absent = [each for each in class_list.pupils if each not in groups]
    result.learners.sort(key=_turn)
    return result


def _turn(learner: HandedIn) -> tuple[bool, int, list[tuple[bool, int, str]]]:
    """Those on the class list in its order, then the others by name."""
    place = learner.pupil.place if learner.pupil else -1
    return place < 0, place, names.natural(learner.learner)


def _pupils(owners: set[Owner], class_list: ClassList | None) -> dict[Owner, Pupil]:
    """Who on the class list is whose. Of several with unlike names only those who are called the same are meant."""
    found: dict[Pupil, list[Owner]] = {}
    for owner in owners:
        if class_list and (pupil := class_list.find(owner)):
            found.setdefault(pupil, []).append(owner)
    return {
        owner: pupil
        for pupil, all_of_them in found.items()
        for owner in all_of_them
        if pupil.is_called(owner.name) or _alike([each.name for each in all_of_them])
    }


def _alike(found: Sequence[str]) -> bool:
    """Whether each of these names may be a part of the longest."""
    every = [set(names.words(name)) for name in found]
    longest = max(every, key=len)
    return all(each <= longest for each in every)


def _items(gathered: Gathered, result: Class) -> list[_Item]:
    """All that is there, with its owners; what is the course's own is put aside."""
    refused = [*gathered.refused, *_other_kinds(gathered)]
    found = [*gathered.found, *(file for file, _ in refused)]
    contents = [*read([file.path for file in gathered.found]), *(Contents() for _ in refused)]
    reasons = [*(None for _ in gathered.found), *(why for _, why in refused)]
    owners = names.owners([file.within for file in found], gathered.zipped)
    items = []
    for file, owner, content, why in zip(found, owners, contents, reasons, strict=True):
        if owner.aside:
            result.asides.append(Aside(file.within.as_posix(), Words("grading.aside.course")))
        else:
            items.append(_Item(file, owner, content, why))
    return items


def _other_kinds(gathered: Gathered) -> list[tuple[Found, Words]]:
    """Files of other kinds that somebody has handed in: a platform says so, or it is an archive."""
    why = Words("grading.aside.kind")
    return [
        (file, why)
        for file in gathered.others
        if file.within.suffix.lower() in OTHER_ARCHIVES
        or any(names.MOODLE.fullmatch(part) for part in file.within.parts)
    ]


def _namesakes(items: list[_Item]) -> list[list[_Item]]:
    """One list, or one for each of several people: Moodle gives nobody two numbers for the same homework."""
    numbers: dict[str, list[_Item]] = {}
    for item in items:
        numbers.setdefault(item.owner.number, []).append(item)
    written = [
        {name for item in each for name, how in item.contents.functions.items() if how == WRITTEN}
        for each in numbers.values()
    ]
    several = len(numbers) > 1 and "" not in numbers
    if several and sum(map(len, written)) > len(set().union(*written)):
        return list(numbers.values())
    return [items]


def _tell_apart(result: Class) -> None:
    """Give people of the same name their numbers."""
    many: dict[str, int] = {}
    for each in result.learners:
        many[each.learner] = many.get(each.learner, 0) + 1
    result.learners = [
        replace(each, learner=f"{each.learner} ({each.pupil.number})")
        if many[each.learner] > 1 and each.pupil and each.pupil.number
        else each
        for each in result.learners
    ]


def _add(
    result: Class, items: list[_Item], pupil: Pupil | None, class_list: ClassList | None
) -> None:
    """Add a learner, or leave files aside that are nobody's: a lesson by itself, in which nobody has written."""
    learner, sources, asides, fault = _chosen(items)
    is_somebodys = learner.owner.named or pupil or any(map(_Item.says_something, items))
    if not is_somebodys:
        result.asides += [aside for item in items for aside in _aside(item, items, {})]
        return
    numbers = {item.owner.number for item in items}
    number = numbers.pop() if len(numbers) == 1 else ""  # Moodle has one for each homework
    known = pupil or Pupil(learner.owner.name)
    known = replace(known, number=known.number or number)
    result.learners.append(
        HandedIn(
            known.name,
            tuple(sources),
            tuple(asides),
            fault,
            known,
            listed=class_list is None or pupil is not None,
            modified=max(source.file.modified for source in sources),
        )
    )


def _chosen(
    items: list[_Item],
) -> tuple[_Item, list[Source], list[Aside], Words | None]:
    """Which of a learner's files count: (the newest, sources, what is left aside, why there is nothing to judge)."""
    items = sorted(items, key=_Item.turn, reverse=True)
    working = [item for item in items if item.contents.own or item.contents.unknown]
    if not working:
        return _nothing(items)
    takes: dict[str, _Item] = {}
    for name in FUNCTIONS:
        have = [item for item in working if name in item.contents.functions]
        if have:  # the first of those that are best: the newest
            takes[name] = max(have, key=lambda item: item.contents.functions[name])
    sources, asides = [], []
    for item in items:
        functions = tuple(name for name in takes if takes[name] == item)
        if functions or item.contents.unknown:
            sources.append(Source(item.file, functions))
        else:
            asides += _aside(item, items, takes)
        if functions:
            asides += _partly(item, takes)
    if len(sources) == 1:
        sources = [Source(sources[0].file)]
    return items[0], sources, asides, None


def _aside(item: _Item, items: list[_Item], takes: dict[str, _Item]) -> list[Aside]:
    """Why a file does not count; nothing is to be said of one that others import."""
    if item.refused or item.contents.unreadable:
        why = item.refused or Words("grading.not-readable", why=item.contents.unreadable)
    elif item.contents.own:
        files = sorted({takes[name].called_beside(item) for name in item.contents.own})
        why = Words("grading.aside.double", files=files)
    elif item.is_helper(items):
        return []
    elif EMPTY in item.contents.functions.values():
        why = Words("grading.aside.untouched")
    else:
        why = Words("grading.aside.foreign")
    return [Aside(item.file.within.as_posix(), why)]


def _partly(item: _Item, takes: dict[str, _Item]) -> list[Aside]:
    """What of a file that counts is taken from another one: what is written in both."""
    others = [
        (name, takes[name].called_beside(item))
        for name, how in item.contents.functions.items()
        if how == WRITTEN and takes[name] != item
    ]
    return [
        Aside(
            item.file.within.as_posix(),
            Words("grading.aside.function", function=name, file=other),
        )
        for name, other in others
    ]


def _nothing(items: list[_Item]) -> tuple[_Item, list[Source], list[Aside], Words | None]:
    """Of a learner who has written none of the five: what to say of the file that says most, and of the others."""

    def weight(item: _Item) -> tuple[bool, bool]:
        return bool(item.contents.unreadable), bool(item.contents.functions)

    first = max(items, key=weight)
    asides = [aside for item in items if item is not first for aside in _aside(item, items, {})]
    fault = None
    if first.refused:
        fault = Words("grading.in-file", file=first.name, note=first.refused)
    elif first.contents.functions:
        is_empty = EMPTY in first.contents.functions.values()
        fault = Words(
            "grading.untouched" if is_empty else "grading.only-imported",
            functions=list(first.contents.functions),
        )
    # without a fault it is judged: the notes on it say more
    return first, [Source(first.file)], asides, fault


def named(found: Class, name: str) -> list[HandedIn]:
    """Return the learners who may be meant by a name."""
    fits = names.fitting(name, [each.learner for each in found.learners])
    return [found.learners[place] for place in fits]
