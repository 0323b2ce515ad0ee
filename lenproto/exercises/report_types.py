"""What passes between the worker, the judge and the report: plain dictionaries, for they are JSON on the way."""

from typing import Any, Literal, NotRequired, TypedDict

Level = Literal["spec", "shock"]
CaseVerdict = Literal["pass", "fail", "skipped"]
LevelVerdict = Literal["pass", "fail", "skipped", "missing"]
Place = list[Any]  # [function, line, file]: a str, an int and a str


class Said(TypedDict):
    """A sentence that is not said yet: words.Words in JSON's terms."""

    key: str
    values: dict[str, Any]


# ---- judge → worker ----


class Job(TypedDict):
    """A submission: the names that it may make, folders to import from, and its functions as text or as a pickle."""

    names: list[str]
    path: list[str]
    parts: NotRequired[list[list[str]]]  # [name, text] of a file, or of each cell
    pickle: NotRequired[str]  # in Base64: of the one function that names has


# ---- worker → judge ----


class Loaded(TypedDict):
    """What became of a submission when it was loaded. alone: it has started no other program."""

    names: list[str]  # of its functions
    others: dict[str, str]  # what is no function: its name → its type
    failed: list[Said]  # statements that raised an error
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


class WorkerAnswer(CaseAnswer, total=False):
    """The same as it is sent. clean: the worker can go on; alone: it has started no other program."""

    clean: bool
    alone: bool


# ---- judge → report ----


class StepReport(TypedDict):
    """What the function or its peer did, said; words has what and problem once more, not said, of failed cases only."""

    number: int
    who: str
    what: str
    bytes: str
    line: int | None
    problem: str
    where: Place | None
    words: NotRequired[dict[str, Said | str]]
    source: NotRequired[str]  # what stands in the line; of failed cases only


class CaseReport(TypedDict):
    """One case: what happened in it, and what the function made of it."""

    function: str
    name: str
    label: str  # the name, as it is shown
    level: Level
    story: str
    verdict: CaseVerdict
    misconception: str | None  # None unless it fails
    message: str
    key: str  # of the message in the tables of words, and its values; "" where there is none
    values: dict[str, Any]
    hint: str
    steps: list[StepReport]
    bytes: str  # those in question, in hexadecimal
    at: int | None  # the first wrong one
    where: Place | None
    source: str
    printed: str


class FunctionReport(TypedDict):
    """The verdict on one function."""

    spec: LevelVerdict
    shock: LevelVerdict
    seconds: float
    cases: list[CaseReport]


class Report(TypedDict):
    """The verdict on a submission, of all five functions."""

    seconds: float
    notes: list[str]  # statements that were left out, for they raised an error
    functions: dict[str, FunctionReport]


class FileReport(Report):
    """The same of a file."""

    file: str


class LearnerReport(TypedDict):
    """The same of a learner's file, one of many; without a verdict where there was a problem."""

    learner: str
    problem: str
    file: str
    seconds: NotRequired[float]
    notes: NotRequired[list[str]]
    functions: dict[str, FunctionReport]
