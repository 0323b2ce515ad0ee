"""Judges a submission, case by case, in a process of its own: whatever its functions do, an answer comes."""

import base64
import contextlib
import json
import math
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any, Self

from lenproto import words
from lenproto.exercises import processes, submission
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.functions.case import Case, cases
from lenproto.exercises.misconceptions import hints, seen
from lenproto.exercises.report_types import (
    CaseAnswer,
    CaseReport,
    CaseVerdict,
    FileReport,
    FunctionReport,
    Job,
    Level,
    LevelVerdict,
    Loaded,
    Report,
    Said,
    StepAnswer,
    StepReport,
    WorkerAnswer,
)
from lenproto.words import Words

WHOLE_S = 60.0  # seconds that judging one submission may take
CASE_S = 2.0  # seconds that a process may compute until it is ended, with the case that it is at
STILL = 30  # looks in a row at which it does nothing at all: it waits, and lets none of its threads go on
START_S = 60.0  # seconds until the process stands; none of the learner's code runs yet
MEMORY_BYTES = 256 << 20  # that it may hold, where the system tells
READER_S = 1.0  # seconds until the last that it wrote has been read
LOOK_S = 0.1  # between two looks at its memory
ANSWER_BYTES = 16 << 20  # of one answer
TOO_BUSY = Words("judging.too-busy")
MOST_NOTES = 5  # statements that failed, of which one is told
ROOT = str(Path(__file__).parents[2])
CODE = (
    f"import sys; sys.path.insert(0, {ROOT!r}); from lenproto.exercises.worker import main; main()"
)
CUT_OFF = 4  # its exit code when it can no longer answer: see worker
CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")
# what its other cases would do, too
LOSSES = {"never-ends", "ends-the-program", "crashes-python", "closes-what-is-not-its-own"}


class Lost(Exception):
    """The process died, or had to be killed: (misconception, what was seen)."""

    def __init__(self, misconception: str, seen: Words) -> None:
        super().__init__(misconception, seen)
        self.misconception, self.seen = misconception, seen


class Undecided(Exception):
    """No answer came in time, and nothing says that none would have come: why."""

    def __init__(self, seen: Words) -> None:
        super().__init__(seen)
        self.seen = seen


class Broken(RuntimeError):
    """The checker's own process does not stand, before any code of a submission runs: its fault, not the learner's."""


class Worker:
    """The process that runs one submission's functions. Started again after each loss."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.process: subprocess.Popen[bytes] | None = None
        self.told: Loaded = {
            "names": [],
            "others": {},
            "failed": [],
            "complaint": None,
            "alone": True,
        }

    def start(self) -> None:
        """Start it and let it load the submission. Lost if that does not come to an end."""
        self._open()
        try:
            self._ask({"token": self._token, "own": self._own.name}, START_S)
        except (Lost, Undecided) as lost:
            raise Broken(Words("judging.not-started", why=lost.seen)) from None
        self.told = self._ask(self.job, WHOLE_S, CASE_S)
        self._alone = self.told["alone"]

    def run(self, case: Case, limit_s: float) -> CaseAnswer:
        """Return what became of a case, as a dictionary.

        Lost if its process died, or was ended: it has computed for CASE_S seconds, or does nothing any more.
        Undecided if nothing of that came to pass within limit_s seconds.
        """
        if self.process is None:
            self.start()
        question = [case.function, case.level, case.id]
        answer: WorkerAnswer = self._ask(question, limit_s, CASE_S)
        self._alone = answer.pop("alone")
        if not answer.pop("clean"):
            self.close()
        return answer

    def close(self) -> None:
        """Kill it, and all that it started; remove what it has written."""
        if self.process is None:
            return
        process, self.process = self.process, None
        assert process.stdin and process.stdout  # pipes
        processes.end(process, self._mark, alone=self._alone)
        with contextlib.suppress(OSError):
            process.stdin.close()
        self._reader.join(READER_S)
        if not self._reader.is_alive():  # else something holds the pipe that nobody can find
            process.stdout.close()
        self._own.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open(self) -> None:
        # what begins with it comes from the worker, and not from the learner's code
        self._token = secrets.token_hex(16)
        self._mark = secrets.token_hex(16)  # known to all that it starts
        self._own = tempfile.TemporaryDirectory(prefix="lenproto-", ignore_cleanup_errors=True)
        own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._own.name)
        settings = {
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            processes.MARK: self._mark,
            words.CHOICE: words.language(),
        }
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", CODE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._own.name,
                start_new_session=os.name == "posix",
                env=os.environ | own | settings,
            )
        except BaseException:
            self._own.cleanup()
            raise
        self._alone = True
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(
            target=_read, args=(self.process.stdout, self._token, self._lines), daemon=True
        )
        self._reader.start()

    def _ask(self, question: object, limit_s: float, computes_s: float = math.inf) -> Any:
        """Return the answer to a question. Lost if none comes, Undecided if limit_s seconds were too short."""
        process = self.process
        assert process and process.stdin  # it was started, with a pipe
        watch = Watch(process.pid, computes_s)
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
        ends = time.monotonic() + limit_s
        while True:
            ended = process.poll() is not None  # though what it started may keep the pipe open
            in_time = time.monotonic() < ends
            try:
                line = self._lines.get(timeout=LOOK_S) if in_time else self._lines.get_nowait()
            except queue.Empty:
                if ended:
                    raise self._lose(*_died(process)) from None
                if complaint := watch.look():
                    raise self._lose(*complaint) from None
                if not in_time:
                    self._end()
                    raise Undecided(TOO_BUSY) from None
                continue
            if line:
                return json.loads(line)
            raise self._lose(*_died(process))

    def _end(self) -> None:
        """End the process, with all that it started."""
        self._alone = False
        self.close()

    def _lose(self, misconception: str, seen: Words) -> Lost:
        """The same; return what to raise."""
        self._end()
        return Lost(misconception, seen)


class Watch:
    """Looks at a process that owes an answer: what it computes and holds tells more than the clock does."""

    def __init__(self, pid: int, computes_s: float) -> None:
        self._pid, self._computes_s = pid, computes_s
        self._began = time.monotonic()
        self._before = self._computed()
        self._turns, self._still = processes.turns(pid), 0

    def look(self) -> tuple[str, Words] | None:
        """Return (misconception, what was seen) where it has done too much, or does nothing; None if it may go on."""
        turns = processes.turns(self._pid)
        self._still = self._still + 1 if turns and turns == self._turns else 0
        self._turns = turns
        if processes.memory(self._pid) > MEMORY_BYTES:
            return seen("uses-too-much-memory.allowed")
        if self._computed() - self._before > self._computes_s:
            return seen("never-ends.computed", seconds=f"{self._computes_s:g}")
        if self._still >= STILL and self._computes_s < math.inf:
            return seen("never-ends.waited")
        return None

    def _computed(self) -> float:
        """Seconds of computing; where no system tells, those that have passed."""
        told = processes.computed_s(self._pid)
        return time.monotonic() - self._began if told is None else told


def _died(process: subprocess.Popen[bytes]) -> tuple[str, Words]:
    """Why it answers no more."""
    try:
        code = process.wait(LOOK_S)
    except subprocess.TimeoutExpired:
        code = CUT_OFF
    if code == CUT_OFF:
        return seen("closes-what-is-not-its-own.checker")
    if code >= 0:
        return seen("ends-the-program.code", code=code)
    name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
    return seen("crashes-python" if name in CRASHES else "ends-the-program.signal", signal=name)


def _read(stream: IO[bytes], token: str, lines: "queue.SimpleQueue[bytes]") -> None:
    """Hand on the lines that begin with the token; "" at the end."""
    begin = token.encode() + b" "
    while line := stream.readline(ANSWER_BYTES):
        if line.startswith(begin):
            lines.put(line[len(begin) :])
    lines.put(b"")


def judge_function(
    function: Callable[..., object],
    name: str,
    *,
    levels: Sequence[Level] = LEVELS,
    limit_s: float = WHOLE_S,
) -> FunctionReport:
    """Judge one function of a running notebook; return its part of the report.

    submission.NotReadable where it cannot be carried over.
    """
    path = [os.path.abspath(place) for place in sys.path]  # "" is the notebook's folder
    job: Job = {
        "names": [name],
        "pickle": base64.b64encode(submission.pickled(function)).decode(),
        "path": path,
    }
    report = judge(job, levels=levels, limit_s=limit_s)
    if report["functions"][name]["spec"] == "missing":
        why = Words("judging.not-made-anew", name=name, notes="; ".join(report["notes"]))
        raise submission.NotReadable(why)
    return report["functions"][name]


def judge_file(
    path: str | PathLike[str],
    *,
    levels: Sequence[Level] = LEVELS,
    limit_s: float = WHOLE_S,
    tell: Callable[[str], object] | None = None,
) -> FileReport:
    """Judge the functions of a file; return the report. submission.NotReadable where it is no Python.

    The report: {"file", "seconds", "notes", "functions": {NAME: {"spec", "shock", "seconds", "cases"}}},
    all five names; spec and shock are "pass", "fail", "missing" or "skipped". tell(name) is called
    before each function.
    """
    job = submission.job(path)
    report: FileReport = {
        "file": str(path),
        **judge(job, levels=levels, limit_s=limit_s, tell=tell),
    }
    submission.add_sources(report, job)
    return report


def judge(
    job: Job,
    *,
    levels: Sequence[Level] = LEVELS,
    limit_s: float = WHOLE_S,
    tell: Callable[[str], object] | None = None,
) -> Report:
    """Judge what submission.job() read: the same report, without "file"."""
    began = time.monotonic()
    report: Report = {
        "seconds": 0.0,
        "notes": [],
        "functions": {name: _empty("missing", levels) for name in FUNCTIONS},
    }
    with Worker(job) as worker:
        for name, verdict in _judged(worker, levels, began + limit_s, tell or (lambda name: None)):
            report["functions"][name] = verdict
        failed = worker.told["failed"][:MOST_NOTES]
        report["notes"] = [*map(_say, failed), *report["notes"]]
    report["seconds"] = round(time.monotonic() - began, 3)
    return report


def _judged(
    worker: Worker, levels: Sequence[Level], deadline: float, tell: Callable[[str], object]
) -> Iterator[tuple[str, FunctionReport]]:
    """Yield (name, verdict) of each function that is there."""
    names = worker.job["names"]
    if not names:
        return
    tell(names[0])
    try:
        worker.start()
    except Undecided as undecided:
        answer = _skipped(undecided.seen)
        yield from ((name, _at_once(name, levels, answer)) for name in names)
        return
    except Lost as lost:
        answer = _failed(lost.misconception, Words("judging.does-not-load", why=lost.seen))
        yield from ((name, _at_once(name, levels, answer)) for name in names)
        return
    told = worker.told
    for name in names:
        tell(name)
        if told["complaint"]:
            misconception, said = told["complaint"]
            answer = _failed(misconception, Words.from_json(said))
            yield name, _at_once(name, levels, answer)
        elif name in told["names"]:
            yield name, _judge_function(worker, name, levels, deadline)
        elif name in told["others"]:
            answer = _failed(*seen("is-no-function", name=name, kind=told["others"][name]))
            yield name, _at_once(name, levels, answer)


def _empty(word: LevelVerdict, levels: Sequence[Level]) -> FunctionReport:
    return {
        "spec": word if "spec" in levels else "skipped",
        "shock": word if "shock" in levels else "skipped",
        "seconds": 0.0,
        "cases": [],
    }


def _failed(misconception: str, seen: Words) -> CaseAnswer:
    return {"verdict": "fail", "misconception": misconception, "seen": _packed(seen)}


def _skipped(why: Words) -> CaseAnswer:
    return {"verdict": "skipped", "seen": _packed(why)}


def _packed(sentence: Words) -> Said:
    packed = sentence.as_json()
    return {"key": packed["key"], "values": packed["values"]}


def _say(said: Said | str) -> str:
    """A sentence in the language of now."""
    return said if isinstance(said, str) else str(Words.from_json(said))


def _at_once(name: str, levels: Sequence[Level], answer: CaseAnswer) -> FunctionReport:
    """The report on a function that was not called: its first case has this answer, and nothing else was judged."""
    told = _empty("skipped", levels)
    told[levels[0]] = _level([answer])
    told["cases"] = [_told(cases(name, levels[0])[0], answer)]
    return told


def _judge_function(
    worker: Worker, name: str, levels: Sequence[Level], deadline: float
) -> FunctionReport:
    """Judge one function at the levels in turn; what rests on something that failed is skipped."""
    began, told, stop = time.monotonic(), _empty("skipped", levels), None
    for level in levels:
        answers: list[CaseAnswer] = []
        for case in cases(name, level):
            answer = _skipped(stop) if stop else _answer(worker, case, deadline)
            stop = stop or _stops(case, answer, first=level == LEVELS[0] and not answers)
            answers.append(answer)
            told["cases"].append(_told(case, answer))
        told[level] = _level(answers)
        if told[level] == "fail" and not stop:
            stop = Words("judging.rests-on-level", level=level)
    told["seconds"] = round(time.monotonic() - began, 3)
    return told


def _answer(worker: Worker, case: Case, deadline: float) -> CaseAnswer:
    """What became of a case, whatever becomes of the process."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        return _skipped(Words("judging.no-time-left"))
    try:
        return worker.run(case, left_s)
    except Undecided as undecided:
        return _skipped(undecided.seen)
    except Lost as lost:
        return _failed(lost.misconception, lost.seen)


def _stops(case: Case, answer: CaseAnswer, first: bool) -> Words | None:
    """Why the cases after this one are skipped; None if they are not."""
    if answer["verdict"] == "skipped" and (why := answer.get("seen")):
        return Words.from_json(why)
    if answer["verdict"] == "fail" and (first or answer["misconception"] in LOSSES):
        return Words("judging.rests-on-case", case=case.name)
    return None


def _level(answers: Sequence[CaseAnswer]) -> CaseVerdict:
    """The verdict on a level: a failure counts most, then what could not be judged."""
    verdicts = {answer["verdict"] for answer in answers}
    order: tuple[CaseVerdict, ...] = ("fail", "skipped", "pass")
    return next(verdict for verdict in order if verdict in verdicts)


def _told(case: Case, answer: CaseAnswer) -> CaseReport:
    """A case of the report."""
    seen, failed = answer.get("seen"), answer["verdict"] == "fail"
    told: CaseReport = {
        "function": case.function,
        "name": case.id,
        "label": case.name,
        "level": case.level,
        "story": str(case.story),
        "verdict": answer["verdict"],
        "misconception": answer.get("misconception"),
        "message": _say(seen) if seen else "",
        "key": seen["key"] if seen else "",
        "values": seen["values"] if seen else {},
        "hint": "",
        "steps": [_step(step, failed) for step in answer.get("steps", ())],
        "bytes": answer.get("bytes", ""),
        "at": answer.get("at"),
        "where": answer.get("where"),
        "source": answer.get("source", ""),
        "printed": _printed(answer),
    }
    if told["misconception"]:
        told["hint"] = hints(told)[0]
    return told


def _printed(answer: CaseAnswer) -> str:
    """What it printed, and how much was left out."""
    printed, left_out = answer.get("printed", ""), answer.get("left_out", 0)
    if not left_out:
        return printed
    return "\n".join([printed, words.say("judging.report.more-characters", left_out=left_out)])


def _step(step: StepAnswer, failed: bool) -> StepReport:
    """A step of the report; of a case that failed with its words, too."""
    told: StepReport = {
        "number": step["number"],
        "who": step["who"],
        "what": _say(step["what"]),
        "bytes": step["bytes"],
        "line": step["line"],
        "problem": _say(step["problem"]),
        "where": step["where"],
    }
    if failed:
        told["words"] = {"what": step["what"], "problem": step["problem"]}
    return told
