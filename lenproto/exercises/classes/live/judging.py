"""Judges what has changed, a few files at a time, each in a process of its own; the newest version of a file counts.

A file is judged by one at a time. If it changes meanwhile, the judgement that runs may come to its end, for most take
less than a second, and so somebody who saves all the time gets an answer, too. A slow one is ended.
"""

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lenproto.exercises.functions import FUNCTIONS, source_of
from lenproto.exercises.judging import submission
from lenproto.exercises.judging.judge import judge
from lenproto.exercises.judging.process import Stopped
from lenproto.exercises.report.types import Job, Report
from lenproto.words import Words

LIMIT_S = 60.0  # for one file
PATIENCE_S = 2.0  # with a judgement of a version that is no longer the newest


@dataclass(frozen=True)
class Judged:
    """What became of one version of a file: a report; or a problem, where it is not readable or was not judged."""

    saved_s: float  # when it was saved, in seconds since 1970
    report: Report | None = None
    problem: Words | None = None


class _Run:
    """A judgement that runs."""

    def __init__(self) -> None:
        self.outdated = self.ended = False
        self._began_s = time.monotonic()

    def stopped(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.ended or (self.outdated and time.monotonic() - self._began_s > PATIENCE_S)


class Judging:
    """Judges files in the order in which they change: what changes goes before what was there at first.

    tell(path, judged) is called in the event loop; judged is None where there is no news of that file. What is saved
    without a change is not judged again.
    """

    def __init__(self, jobs: int, tell: Callable[[Path, Judged | None], object]) -> None:
        self._jobs, self._tell = jobs, tell
        self._pool = ThreadPoolExecutor(jobs, "judges")
        self._waiting: dict[Path, bool] = {}  # whether it was there at first
        self._running: dict[Path, _Run] = {}
        self._contents: dict[Path, bytes] = {}  # of what was judged, as a digest
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many files wait for a verdict, or are being judged."""
        return len(self._waiting.keys() | self._running.keys())

    def add(self, path: Path, *, at_first: bool = False) -> None:
        """Judge this version of a file when its turn comes."""
        self._waiting.setdefault(path, at_first)
        if run := self._running.get(path):
            run.outdated = True
        self._fill()

    def remove(self, path: Path) -> None:
        """Forget a file that is gone."""
        self._waiting.pop(path, None)
        self._contents.pop(path, None)
        if run := self._running.get(path):
            run.ended = True

    def close(self) -> None:
        """End what runs; return when no process is left."""
        self._closed = True
        self._waiting.clear()
        for run in self._running.values():
            run.ended = True
        self._pool.shutdown()

    async def stubs(self) -> Report:
        """Return the verdict on the five functions as they are handed out."""
        source = "\n\n".join(source_of(name, "stub") for name in FUNCTIONS)
        job: Job = {"file": "stubs.py", "content": source.encode(), "function": "", "path": []}
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, partial(judge, job, stopped=lambda: self._closed)
        )

    def _fill(self) -> None:
        """Begin with as many as may run at a time."""
        while len(self._running) < self._jobs and (path := self._next()):
            del self._waiting[path]
            run = self._running[path] = _Run()
            known = self._contents.get(path, b"")
            future = asyncio.get_running_loop().run_in_executor(
                self._pool, _judged, path, known, run.stopped
            )
            future.add_done_callback(partial(self._done, path, run))

    def _next(self) -> Path | None:
        ready = [path for path in self._waiting if path not in self._running]
        return min(ready, key=self._waiting.__getitem__, default=None)

    def _done(
        self, path: Path, run: _Run, future: asyncio.Future[tuple[bytes, Judged | None]]
    ) -> None:
        del self._running[path]
        if self._closed:
            return
        digest, judged = future.result()
        if run.ended:
            judged = None
        if judged:
            self._contents[path] = digest
        self._fill()
        self._tell(path, judged)


def _judged(path: Path, known: bytes, stopped: Callable[[], bool]) -> tuple[bytes, Judged | None]:
    """Read and judge a file; return the digest of its content, and what became of it.

    None where nobody waits for it, where it is as it is known, or is gone: the next look tells that.
    """
    try:
        saved_s = os.stat(path).st_mtime
        job = submission.job(path)
    except OSError:
        return b"", None
    except submission.NotReadable as error:
        return b"", Judged(saved_s, problem=Words("grading.not-readable", why=error.words))
    digest = hashlib.sha256(job["content"]).digest()
    if digest == known:
        return digest, None
    with contextlib.suppress(Stopped):
        return digest, Judged(saved_s, *_verdict(path, job, stopped))
    return digest, None


def _verdict(
    path: Path, job: Job, stopped: Callable[[], bool]
) -> tuple[Report | None, Words | None]:
    """A report, or the problem that there is: of the file, or of the checker. Nothing ends the board."""
    try:
        return judge(job, limit_s=LIMIT_S, stopped=stopped).of(str(path)), None
    except Stopped:
        raise
    except submission.NotReadable as error:
        return None, Words("grading.not-readable", why=error.words)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        return None, Words("grading.checkers-fault", error=fault)
