"""The process in which a submission runs, seen from outside: whatever its functions do, an answer comes."""

import contextlib
import json
import math
import os
import queue
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

from lenproto import words
from lenproto.exercises.functions.case import Case
from lenproto.exercises.judging import processes
from lenproto.exercises.judging.submission import NotReadable
from lenproto.exercises.report.misconceptions import observed
from lenproto.exercises.report.types import CaseAnswer, Job, Loaded, Read, WorkerAnswer
from lenproto.lab import process_group
from lenproto.words import Words

WHOLE_S = 300.0  # seconds that judging one submission may take: far behind what it may compute
CASE_S = 2.5  # seconds that a process may compute until it is ended, with the case that it is at
STILL = 30  # looks in a row at which it does nothing at all: it waits, and lets none of its threads go on
START_S = 60.0  # seconds until the process stands; none of the learner's code runs yet
MEMORY_BYTES = 192 << 20  # that it may hold more than when it was asked, where the system tells
LOAD = "load"  # the question that follows a submission
READER_S = 1.0  # seconds until the last that it wrote has been read
LOOK_S = 0.1  # between two looks at its memory
ANSWER_BYTES = 16 << 20  # of one answer
TOO_BUSY = Words("judging.too-busy")
ROOT = str(Path(__file__).parents[3])
CODE = f"import sys; sys.path.insert(0, {ROOT!r}); from lenproto.exercises.judging.worker import main; main()"
CUT_OFF = 4  # its exit code when it can no longer answer: see worker
# so that a submission that asks lenproto itself is shown no solution, and writes no progress
NOTHING_TO_FIND = {"LENPROTO_PROGRESS": "off", "LENPROTO_SOLUTIONS": "off"}
CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")


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


class Stopped(Exception):
    """Nobody wants to know any more: the process was ended."""


class Worker:
    """The process that runs one submission's functions. Started again after each loss.

    stopped() is asked while an answer is waited for: where it is true, the process is ended, and Stopped raised.
    """

    def __init__(self, job: Job, stopped: Callable[[], bool] = lambda: False) -> None:
        self.job = job
        self._stopped = stopped
        self.process: subprocess.Popen[bytes] | None = None
        self.names: list[str] = [job["function"]] if job["function"] else []
        self.told: Loaded = {
            "names": [],
            "others": {},
            "notes": [],
            "complaint": None,
            "alone": True,
        }

    def start(self) -> None:
        """Start it and let it read and load the submission. Lost if that does not come to an end.

        submission.NotReadable if it is no Python.
        """
        self._open()
        try:
            self._ask({"token": self._token, "own": self._own.name}, START_S)
        except (Lost, Undecided) as lost:
            raise Broken(Words("judging.not-started", why=lost.seen)) from None
        about = {name: value for name, value in self.job.items() if name != "content"}
        read: Read = self._ask(about, WHOLE_S, content=self.job["content"])
        if read["unreadable"]:
            self.close()
            raise NotReadable(Words.from_json(read["unreadable"]))
        self.names = read["names"]
        self.told = self._ask(LOAD, WHOLE_S, CASE_S)
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
        program, launcher = processes.python()
        settings = {
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            processes.MARK: self._mark,
            **NOTHING_TO_FIND,
            words.CHOICE: words.language(),
        }
        try:
            self.process = subprocess.Popen(
                [program, "-b", "-P", "-c", CODE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._own.name,
                env=os.environ | own | settings | launcher,
                **process_group.APART,
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

    def _ask(
        self, question: object, limit_s: float, computes_s: float = math.inf, content: bytes = b""
    ) -> Any:
        """Return the answer to a question, behind which content comes as it is.

        Lost if no answer comes, Undecided if limit_s seconds were too short.
        """
        process = self.process
        assert process and process.stdin  # it was started, with a pipe
        watch = Watch(process.pid, computes_s)
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps([len(content), question]).encode() + b"\n" + content)
            process.stdin.flush()
        ends = time.monotonic() + limit_s
        while True:
            if self._stopped():
                self._end()
                raise Stopped
            ended = process.poll() is not None  # though what it started may keep the pipe open
            in_time = time.monotonic() < ends
            try:
                line = self._lines.get(timeout=LOOK_S) if in_time else self._lines.get_nowait()
            except queue.Empty:
                complaint = _died(process) if ended else watch.look()
                if not complaint and in_time:
                    continue
                line = self._last_line()
                if not line and complaint:
                    raise self._lose(*complaint) from None
                if not line:
                    self._end()
                    raise Undecided(TOO_BUSY) from None
            if line:
                return json.loads(line)
            raise self._lose(*_died(process))

    def _last_line(self) -> bytes:
        """What has come all the same, while one looked: an answer always counts."""
        try:
            return self._lines.get_nowait()
        except queue.Empty:
            return b""

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
        self._before, self._held = self._computed(), processes.memory(pid)
        self._turns, self._still = processes.turns(pid), 0

    def look(self) -> tuple[str, Words] | None:
        """Return (misconception, what was seen) where it has done too much, or does nothing; None if it may go on."""
        turns = processes.turns(self._pid)
        self._still = self._still + 1 if turns and turns == self._turns else 0
        self._turns = turns
        if self._computes_s < math.inf and processes.memory(self._pid) - self._held > MEMORY_BYTES:
            return observed("uses-too-much-memory.allowed")
        if self._computed() - self._before > self._computes_s:
            return observed("never-ends.computed", seconds=f"{self._computes_s:g}")
        if self._still >= STILL and self._computes_s < math.inf:
            return observed("never-ends.waited")
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
        return observed("closes-what-is-not-its-own.checker")
    if status := process_group.STATUSES.get(code):
        return observed("crashes-python", signal=status)
    if code >= 0:
        return observed("ends-the-program.code", code=code)
    name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
    return observed("crashes-python" if name in CRASHES else "ends-the-program.signal", signal=name)


def _read(stream: IO[bytes], token: str, lines: "queue.SimpleQueue[bytes]") -> None:
    """Hand on the lines that begin with the token; "" at the end."""
    begin = token.encode() + b" "
    while line := stream.readline(ANSWER_BYTES):
        if line.startswith(begin):
            lines.put(line[len(begin) :])
    lines.put(b"")
