"""What is known of a submission that was judged: facts. What is a sentence is Words, said in the language of now.

The first half passes between the judge and the worker, as JSON: plain dictionaries. The second half is the report.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NotRequired, Self, TypedDict

from lenproto.words import Words, say

Level = Literal["spec", "shock"]
CaseVerdict = Literal["pass", "fail", "skipped"]
LevelVerdict = Literal["pass", "fail", "skipped", "missing", "none"]  # none: it has no such level
Place = list[Any]  # [function, line, file]: a str, an int and a str
Json = dict[str, Any]

NOT_ONES_OWN = "not-ones-own"  # the misconception of who hands in a function of lenproto's own
DIGITS = 2  # of points, behind the point


class Said(TypedDict):
    """A sentence that is not said yet: words.Words in JSON's terms."""

    key: str
    values: dict[str, Any]


# ---- judge → worker ----


class Job(TypedDict):
    """A submission: a file as it is, or the one function of this name as a pickle; folders to import from."""

    file: str
    content: bytes
    function: str  # "" of a file
    path: list[str]
    sample: NotRequired[bool]  # the function is one of lenproto's samples, which a lesson shows


# ---- worker → judge ----


class Read(TypedDict):
    """What stands in a file: which of the functions it may make, or why it cannot be read."""

    names: list[str]
    unreadable: Said | None


class Loaded(TypedDict):
    """What became of a submission when it was loaded. alone: it has started no other program."""

    names: list[str]  # of its functions
    others: dict[str, str]  # what is no function: its name → its type
    notes: list[Said]  # on what was left out, failed, or is no Python
    complaint: tuple[str, Said] | None  # misconception and what was seen
    alone: bool


class StepAnswer(TypedDict):
    """What the function or its peer did."""

    number: int
    who: str  # "you": the function, or "client" or "server": its peer
    what: Said | str
    bytes: str  # in hexadecimal
    line: int | None
    problem: Said | str
    where: Place | None
    source: str  # what stands in that line, where it is known
    call: str  # the method of a socket that the function called; "" of its peer


class CaseAnswer(TypedDict):
    """What became of a case; what is left out is as in a case that was skipped."""

    verdict: CaseVerdict
    misconception: NotRequired[str | None]
    seen: NotRequired[Said | None]  # what was wrong, or why it was skipped
    steps: NotRequired[list[StepAnswer]]
    bytes: NotRequired[str]
    at: NotRequired[int | None]
    where: NotRequired[Place | None]
    source: NotRequired[str]
    printed: NotRequired[str]
    left_out: NotRequired[int]  # characters of what was printed
    conversation: NotRequired[Json]  # of a case that failed: see lab.trace.Trace.as_json
    asides: NotRequired[list[Said]]  # what else is to be said of its lines, whatever became of it


class WorkerAnswer(CaseAnswer, total=False):
    """The same as it is sent. clean: the worker can go on; alone: it has started no other program."""

    clean: bool
    alone: bool


# ---- the report ----


@dataclass(frozen=True)
class StepReport:
    """What the function ("you") or its peer ("client", "server") did; bytes in hexadecimal; what was wrong with it.

    number counts from 1. where is [function, line, file], and source what stands in that line, where it is known.
    call is the method of a socket that the function called, "" of its peer.
    """

    number: int
    who: str
    what: Words | str
    bytes: str = ""
    line: int | None = None
    problem: Words | str = ""
    where: Place | None = None
    source: str = ""
    call: str = ""

    def as_json(self) -> Json:
        """Return it for JSON, without what a reader needs of failed cases only."""
        return {
            "number": self.number,
            "who": self.who,
            "what": str(self.what),
            "bytes": self.bytes,
            "line": self.line,
            "problem": str(self.problem),
            "where": self.where,
            "call": self.call,
        }

    def with_words(self) -> Json:
        """The same, and what can be said in another language: as keys and values."""
        more = {"what": packed(self.what), "problem": packed(self.problem)}
        return self.as_json() | {"words": more, "source": self.source}


@dataclass(frozen=True)
class CaseReport:
    """One case: what happened in it, and what the function made of it.

    name is the case's id, label its name as it is shown. seen says what was wrong, or why it was skipped. bytes are
    those in question, in hexadecimal, and at is the first that differs from what it should be. Of what was printed,
    left_out characters are not there. asides tell what else is to be said of its lines, whether or not it has to do
    with the verdict. conversation is a lab.trace.Trace in JSON's terms, of a case that failed.
    """

    function: str
    name: str
    label: Words | str
    level: Level
    story: Words | str
    verdict: CaseVerdict
    misconception: str | None = None  # None unless it fails
    seen: Words | str = ""
    steps: tuple[StepReport, ...] = ()
    bytes: str = ""
    at: int | None = None
    where: Place | None = None
    source: str = ""
    printed: str = ""
    left_out: int = 0
    asides: tuple[Words | str, ...] = ()
    conversation: Json | None = None

    @property
    def failed(self) -> bool:
        """Whether it failed."""
        return self.verdict == "fail"

    @property
    def message(self) -> str:
        """What was wrong, in a sentence; of a case that was skipped, why."""
        return str(self.seen)

    @property
    def hint(self) -> str:
        """The first hint, which says something else than the message; "" unless it failed."""
        from lenproto.exercises.report.hints import hints  # which rests on this module

        return hints(self)[0] if self.failed else ""

    def with_sources(self, source: Callable[[Place | None], str]) -> Self:
        """Return the same; where it failed with what stands in its line, and in those of its steps: source(where)."""
        if not self.failed:
            return self
        from lenproto.exercises.report.talks import with_sources  # which rests on the lab

        steps = tuple(
            replace(step, source=step.source or source(step.where)) for step in self.steps
        )
        places = [step.where for step in self.steps if step.where]
        talk = self.conversation and with_sources(self.conversation, places, source)
        return replace(
            self, source=self.source or source(self.where), steps=steps, conversation=talk
        )

    @property
    def all_printed(self) -> str:
        """What it printed, and how much was left out."""
        if not self.left_out:
            return self.printed
        more = say("judging.report.more-characters", left_out=self.left_out)
        return f"{self.printed}\n{more}"

    def as_json(self) -> Json:
        """Return all of it, for JSON; key and values are those of the message."""
        seen = packed(self.seen) if isinstance(self.seen, Words) else {"key": "", "values": {}}
        return {
            "function": self.function,
            "name": self.name,
            "label": str(self.label),
            "level": self.level,
            "story": str(self.story),
            "verdict": self.verdict,
            "misconception": self.misconception,
            "message": self.message,
            **seen,
            "hint": self.hint,
            "steps": [step.with_words() if self.failed else step.as_json() for step in self.steps],
            "bytes": self.bytes,
            "at": self.at,
            "where": self.where,
            "source": self.source,
            "printed": self.all_printed,
            "asides": list(map(str, self.asides)),
            "aside_words": [packed(aside) for aside in self.asides],
            **({"conversation": self.conversation} if self.conversation else {}),
        }


@dataclass(frozen=True)
class FunctionReport:
    """The verdict on one function: of each level, and of each case; seconds that it took."""

    spec: LevelVerdict
    shock: LevelVerdict
    seconds: float = 0.0
    cases: tuple[CaseReport, ...] = ()

    def at(self, level: Level) -> LevelVerdict:
        """Return the verdict on a level."""
        return self.spec if level == "spec" else self.shock

    @property
    def missing(self) -> bool:
        """Whether there is no such function."""
        return self.spec == "missing"

    @property
    def passed(self) -> bool:
        """Whether both levels passed."""
        return self.spec == "pass" and self.shock in ("pass", "none")

    @property
    def failure(self) -> CaseReport | None:
        """The first case that failed; None if none did."""
        return next((case for case in self.cases if case.failed), None)

    @property
    def not_ones_own(self) -> bool:
        """Whether it is a function of lenproto's own, under whatever name: it is worth nothing."""
        return any(case.misconception == NOT_ONES_OWN for case in self.cases)

    def points(self, most: Mapping[Level, float]) -> float:
        """Return what it is worth, of so many points for each level: by the cases that pass."""
        if self.not_ones_own:
            return 0.0
        if self.shock == "none":  # a step: all of them are for what it has
            return round(sum(most.values()) * self.share("spec"), DIGITS)
        return round(sum(share * self.share(level) for level, share in most.items()), DIGITS)

    def share(self, level: Level) -> float:
        """Return which part of the cases of a level pass, from 0 to 1."""
        cases = [case for case in self.cases if case.level == level]
        passed = sum(case.verdict == "pass" for case in cases)
        return passed / len(cases) if cases else float(self.at(level) == "pass")

    @property
    def notes(self) -> list[str]:
        """What is to be said of a function in which nothing failed, all the same: the first of each kind."""
        asides = {
            aside.key if isinstance(aside, Words) else aside: str(aside)
            for case in reversed(self.cases)
            for aside in reversed(case.asides)
        }
        return [] if self.failure else list(reversed(asides.values()))

    def with_sources(self, source: Callable[[Place | None], str]) -> Self:
        """Return the same; failed cases tell what stands in their lines: source(where)."""
        return replace(self, cases=tuple(case.with_sources(source) for case in self.cases))

    def with_one_conversation(self) -> Self:
        """Return the same with the conversation of the first failure only: of a class, those of all are much."""
        first = self.failure
        cases = tuple(
            case if case is first or not case.conversation else replace(case, conversation=None)
            for case in self.cases
        )
        return replace(self, cases=cases)

    def as_json(self) -> Json:
        """Return all of it, for JSON."""
        return {
            "spec": self.spec,
            "shock": self.shock,
            "seconds": self.seconds,
            "not_ones_own": self.not_ones_own,
            "notes": self.notes,
            "cases": [case.as_json() for case in self.cases],
        }


@dataclass(frozen=True)
class Report:
    """The verdict on a submission, of all five functions; notes tell what of it was left out, and why."""

    functions: Mapping[str, FunctionReport]
    notes: tuple[Words | str, ...] = ()
    seconds: float = 0.0
    file: str = ""

    @property
    def taken(self) -> bool:
        """Whether it took something of lenproto's own for its solution, or tried to: a function, or a file."""
        return any(map(is_of_taking, self.notes)) or any(
            function.not_ones_own for function in self.functions.values()
        )

    def with_few_conversations(self) -> Self:
        """Return the same with one conversation of each function, that of its first failure."""
        few = {name: each.with_one_conversation() for name, each in self.functions.items()}
        return replace(self, functions=few)

    def of(self, file: str) -> Self:
        """Return the same as the report on a file."""
        return replace(self, file=file)

    def as_json(self) -> Json:
        """Return all of it, for JSON; note_words has the notes as keys and values."""
        return {
            "file": self.file,
            "seconds": self.seconds,
            "taken": self.taken,
            "notes": [str(note) for note in self.notes],
            "note_words": [packed(note) for note in self.notes],
            "functions": {name: each.as_json() for name, each in self.functions.items()},
        }


def is_of_taking(note: Words | str) -> bool:
    """Whether a note says that a solution of lenproto's was read."""
    if isinstance(note, str):
        return False
    within = note.values.get("note", note)  # of one of several files
    return isinstance(within, Words) and f".{NOT_ONES_OWN}." in within.key


def packed(sentence: Words | str) -> Any:
    """A sentence in JSON's terms: a Said; what is no sentence but a text stays one."""
    if isinstance(sentence, str):
        return sentence
    said = sentence.as_json()
    return Said(key=said["key"], values=said["values"])


def unpacked(said: Said | str | None) -> Words | str:
    """What packed() made this from; "" of nothing."""
    return said if isinstance(said, str) else Words.from_json(said) if said else ""
