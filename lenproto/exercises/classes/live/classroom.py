"""A class at work: what changes in its folder is judged, and whoever looks at the board is told."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from lenproto.exercises.classes.files import learners
from lenproto.exercises.classes.live.judging import Judged, Judging
from lenproto.exercises.classes.live.state import MINUTES, SAVES, Board, News, View, news
from lenproto.exercises.classes.live.watching import Seen, watch

TICK_S = 15.0  # the time goes on, though nobody saves
LATEST = 3  # news at a time


class Classroom:
    """Watches a folder from open() to close(), and knows where all are. All of it lives in one event loop."""

    def __init__(
        self, folder: Path, *, jobs: int, saves: int = SAVES, minutes: float = MINUTES
    ) -> None:
        self.folder = folder
        self.there = True  # the folder, which another computer may have
        self.view = View(time.time(), ())
        self.latest: list[News] = []
        self.version = 0  # of the view
        self._board = Board(time.time(), saves=saves, minutes=minutes)
        self._judging = Judging(jobs, self._judged)
        self._paths: set[Path] = set()
        self._names: dict[Path, str] = {}
        self._listeners: set[asyncio.Event] = set()

    async def run(self) -> None:
        """Watch and judge until this is cancelled. No process and no thread is left then."""
        ticking = asyncio.create_task(self._tick())
        try:
            self._board.stubs = await self._judging.stubs()
            at_first = True
            async with contextlib.aclosing(watch(self.folder)) as looks:
                async for seen in looks:
                    self._take(seen, at_first)
                    at_first = False
        finally:
            ticking.cancel()
            self._judging.close()

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever there is another view."""
        told = asyncio.Event()
        self._listeners.add(told)
        try:
            yield told
        finally:
            self._listeners.discard(told)

    def _take(self, seen: Seen, at_first: bool) -> None:
        self.there = seen.there
        for path in seen.gone:
            self._paths.discard(path)
            self._judging.remove(path)
            self._board.gone(path)
        self._paths |= {*seen.ripe}
        if seen.gone or self._paths != self._names.keys():
            order = sorted(self._paths)
            self._names = dict(zip(order, learners(order, self.folder), strict=True))
        for path in seen.ripe:
            self._judging.add(path, at_first=at_first)
        self._look()

    def _judged(self, path: Path, judged: Judged | None) -> None:
        if judged:
            self._board.judged(path, judged, time.time())
        self._look()

    def _look(self) -> None:
        """Look where all are now, and tell who listens."""
        before = self.view
        self.view = self._board.view(self._names, time.time(), self._judging.waiting)
        self.latest = (news(before, self.view) or self.latest)[:LATEST]
        self.version += 1
        for told in self._listeners:
            told.set()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._look()
