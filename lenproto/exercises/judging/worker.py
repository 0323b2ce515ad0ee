"""The process in which a learner's functions run: it is asked for one case after another, and may die of any of them.

It reads JSON lines from standard input: what it needs to know, the submission, then a case each. Its answers are
lines that begin with a token which no submission is given, so that nothing else that comes out of this process is
taken for a verdict. Its owner is lenproto.exercises.judging.judge.
"""

import _thread
import contextlib
import gc
import json
import os
import pickle
import queue
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from lenproto.exercises.functions import JUDGED, part
from lenproto.exercises.functions.case import Case, cases
from lenproto.exercises.functions.finding import asides, explain
from lenproto.exercises.judging import evidence, loading, ours, processes, submission, waits, warned
from lenproto.exercises.judging.conversation import conversation
from lenproto.exercises.judging.guard import Guard
from lenproto.exercises.judging.run import MOST_CHARACTERS, Seen, run
from lenproto.exercises.judging.submission import Part
from lenproto.exercises.report.misconceptions import observed
from lenproto.exercises.report.types import CaseAnswer, Job, Loaded, Read, packed
from lenproto.lab.program import text
from lenproto.words import Words

MEMORY_BYTES = 640 << 20  # of address space
CPU_S = 60  # seconds of computing, after which the system ends a process that nobody ends any more
FILE_BYTES = 10_000_000  # of one file that it writes
MOST_SLEEP_S = 10.0  # seconds that a function may sleep at once
SHOWN_BYTES = 200  # of those in question
LEFT_BEHIND = 3  # exit code: something of a case goes on in this process, or nobody asks any more
CUT_OFF = 4  # exit code: the way to the owner was closed
# the number above which the descriptors of that way lie, out of the way of what closes the lowest
# ones
HIGH = 100

for _name in JUDGED:  # before anything is shut off, or stood in for
    part(_name, "rules")


def main() -> None:
    """Answer lines, as long as there are some."""
    questions, answers = _out_of_the_way(0), _out_of_the_way(1)
    lines = os.fdopen(questions, "rb")
    _, told = json.loads(lines.readline())
    channel = Channel(answers, told["token"])
    _shut_off(told["own"])
    with waits.stand_in():
        # from here on: what a submission imports from the library is driven, too
        guard = Guard(told["own"], (0, 1, 2, questions, answers))
        channel.say({})
        asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
        _thread.start_new_thread(_read, (lines, asked))
        _answer(asked, channel, guard)
        os._exit(LEFT_BEHIND)  # whatever the learner's code has left behind


def _answer(asked: "queue.SimpleQueue[Any]", channel: "Channel", guard: Guard) -> None:
    """Load the submission, then judge one case after another, as long as this process is as it was."""
    job: Job = asked.get()
    # last: a learner's random.py is not Python's
    sys.path += [path for path in job["path"] if path not in sys.path]
    names, parts, notes = [job["function"]], [], []
    if job.get("sample"):
        ours.let_samples_talk()
    try:
        if not job["function"]:
            handed_in = submission.read(job["file"], job["content"])
            parts, notes = handed_in.parts, handed_in.notes
            names = submission.names(parts)
        channel.say(Read(names=names, unreadable=None))
    except submission.NotReadable as error:
        channel.say(Read(names=[], unreadable=packed(error.words)))
    asked.get()  # to load it
    with _armed(guard):
        loaded = _load(job, parts, guard)
    del parts, job
    space = loaded.names
    channel.say(_loaded(names, space, [*notes, *loaded.notes], guard))
    table = {(case.function, case.level, case.id): case for name in names for case in cases(name)}
    gc.collect()
    gc.freeze()  # so that looking for what a case leaves need not look at all else
    clean = True
    while clean:
        case = table[tuple(asked.get())]
        answer, clean = _judged(case, space[case.function], guard)
        channel.say(answer | {"clean": clean, "alone": not guard.started})


class Channel:
    """The way to the owner of this process."""

    def __init__(self, number: int, token: str) -> None:
        self._number = number
        self._token = token
        self._known = os.fstat(number)

    def say(self, answer: Mapping[str, object]) -> None:
        """Write an answer. Ends the process where the way is closed."""
        # from a new line: something else may have been written
        line = f"\n{self._token} {json.dumps(answer)}\n".encode()
        try:
            if not os.path.samestat(self._known, os.fstat(self._number)):
                os._exit(CUT_OFF)
            while line:
                line = line[os.write(self._number, line) :]
        except OSError:
            os._exit(CUT_OFF)


def _read(lines: BinaryIO, asked: "queue.SimpleQueue[Any]") -> None:
    """Hand on the questions. When there are no more, nobody waits for an answer either."""
    with contextlib.suppress(Exception):
        for line in lines:
            size, question = json.loads(line)
            content = {"content": lines.read(size)} if isinstance(question, dict) else {}
            asked.put(question | content if content else question)
    os._exit(LEFT_BEHIND)


@contextlib.contextmanager
def _armed(guard: Guard) -> Iterator[None]:
    guard.armed = True
    try:
        yield
    finally:
        guard.armed = False


def _loaded(
    names: Sequence[str], space: Mapping[str, Any], notes: list[Words], guard: Guard
) -> Loaded:
    """What there is to tell of a submission that was loaded."""
    complaint = guard.complaint()
    guard.mend()
    if complaint and complaint[0] in ("changes-files", "reaches-others", "not-ones-own"):
        notes, complaint = [*notes, complaint[1]], None
    return {
        "names": [name for name in names if callable(space.get(name))],
        "others": {
            name: type(space[name]).__name__
            for name in names
            if name in space and not callable(space[name])
        },
        "notes": [packed(note) for note in notes],
        "complaint": (complaint[0], packed(complaint[1])) if complaint else None,
        "alone": not guard.started,
    }


def _judged(case: Case, function: Callable[..., object], guard: Guard) -> tuple[CaseAnswer, bool]:
    """Return the verdict on one case, as a dictionary for JSON, and whether this process can go on."""
    try:
        with _armed(guard):
            seen, finding, clean = run(case, function, explain)
    except MemoryError:
        return _failed(*observed("uses-too-much-memory.there")), False
    except Exception as error:
        why = guard.complaint() or observed(
            "cannot-be-judged", kind=type(error).__name__, error=text(error)
        )
        return _failed(*why), False
    printed, left_out = evidence.cut(evidence.stable(seen.printed, seen.ports))
    answer: CaseAnswer = {
        "verdict": "fail" if finding else "pass",
        "printed": printed,
        "left_out": left_out,
        "steps": evidence.steps(seen),
        "asides": [packed(aside) for aside in asides(seen, finding)],
    }
    if finding:
        where, ports = finding.where, seen.ports
        answer |= {
            "misconception": finding.misconception,
            "seen": packed(
                evidence.covered(finding.words, lambda text: evidence.stable(text, ports))
            ),
            "bytes": evidence.steady(finding.data[:SHOWN_BYTES]).hex(),
            "at": finding.at,
            "where": [where.function, where.line, where.file] if where else None,
            "source": evidence.source(where),
            "conversation": conversation(seen, finding).as_json(),
        }
    unsafe, goes_on = _unsafe(seen), seen.ending == "late"
    del seen
    gc.collect()
    # else what watches it stands in the library still
    complaint = None if goes_on else guard.complaint()
    leak = guard.leak()
    unsafe = complaint or unsafe or (leak if not finding else None)
    if unsafe:
        answer |= _failed(*unsafe)
        answer.pop("conversation", None)  # it is not about that
    guard.mend()
    if answer["verdict"] == "pass":
        answer["steps"] = []  # nobody asks how it went
    return answer, clean and complaint is None


def _failed(misconception: str, seen: Words) -> CaseAnswer:
    return {
        "verdict": "fail",
        "misconception": misconception,
        "seen": packed(seen),
        "bytes": "",
        "at": None,
        "where": None,
        "source": "",
    }


def _unsafe(seen: Seen) -> tuple[str, Words] | None:
    """What no function may do to the program that calls it: (misconception, what was seen), or None."""
    if seen.flooded:
        return observed("prints-without-end", characters=f"{MOST_CHARACTERS:,}")
    if seen.closed_output:
        return observed("closes-the-output")
    if seen.slept_s > MOST_SLEEP_S:
        return observed("sleeps-too-long", seconds=f"{seen.slept_s:g}")
    return None


def _load(job: Job, parts: Sequence[Part], guard: Guard) -> loading.Loaded:
    """Return the names that a submission makes, and what there is to note."""
    if not job["function"]:
        return loading.load(parts, job["path"], guard)
    try:
        return loading.Loaded({job["function"]: pickle.loads(job["content"])})
    except Exception as error:  # a module that is only half written, say
        kind, said = type(error).__name__, text(error)
        return loading.Loaded({}, [Words("judging.note.somewhere", kind=kind, error=said)])


def _out_of_the_way(number: int) -> int:
    """Return another descriptor for the same file."""
    try:
        import fcntl
    except ImportError:
        return os.dup(number)
    return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, HIGH)


def _shut_off(own: str) -> None:
    """Take from the learner's code the streams of this process, its folder, and more memory than it needs."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    if null > 2:
        os.close(null)
    # open for the life of the process
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
    os.chdir(own)
    warned.listen()
    processes.adopt_orphans()
    with contextlib.suppress(ImportError):
        import resource

        for kind, limit in (
            ("AS", MEMORY_BYTES),
            ("CORE", 0),
            ("CPU", CPU_S),
            ("FSIZE", FILE_BYTES),
        ):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (limit, limit))
