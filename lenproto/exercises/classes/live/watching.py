"""Watches a folder: the system says when something has changed there, and a look at the folder says what.

The look alone decides. A shared folder may lie on another computer, of whose changes the system says nothing (NFS),
and a system that has too much to say leaves things out: so there is a look every few seconds in any case.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from lenproto.exercises.classes.live.changes import SETTLED_S, Changes, look

LOOK_S = 2.0  # between two looks while the system says nothing
SLOW = 10  # times longer than a look takes: a large folder on a slow disk is not looked at all the time
DEBOUNCE_MS = 100  # in which what the system says comes as one
AGAIN_S = 30.0  # until the system is asked anew, where it could not watch


@dataclass(frozen=True)
class Seen:
    """What a look has shown: files to be read, files that are gone; whether the folder is there."""

    ripe: Sequence[Path] = ()
    gone: Sequence[Path] = ()
    there: bool = True


async def watch(folder: Path) -> AsyncGenerator[Seen, None]:
    """Yield what changes, at first all that there is. While the folder is away, nothing is gone."""
    changes, told, there = Changes(), asyncio.Event(), True
    listening = asyncio.create_task(_listen(folder, told))
    try:
        while True:
            told.clear()
            began_s = time.monotonic()
            try:
                looks = await asyncio.to_thread(look, folder)
            except OSError:
                seen = Seen(there=False)
            else:
                seen = Seen(*changes.seen(looks, began_s))
            if seen.ripe or seen.gone or seen.there != there:
                there = seen.there
                yield seen
            await _pause(told, changes.waits, SLOW * (time.monotonic() - began_s))
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def _pause(told: asyncio.Event, soon: bool, least_s: float) -> None:
    """Wait until the next look is due, or the system says that something has changed."""
    await asyncio.sleep(max(SETTLED_S, least_s) if soon else least_s)
    if not soon:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), LOOK_S)


async def _listen(folder: Path, told: asyncio.Event) -> None:
    """Set told whenever the system says that something has changed. Where it cannot, the looks have to do."""
    ended, loop = threading.Event(), asyncio.get_running_loop()
    try:
        while True:
            with contextlib.suppress(
                OSError, RuntimeError
            ):  # too many folders, or this one is away
                await asyncio.to_thread(_hear, folder, ended, loop, told)
            await asyncio.sleep(AGAIN_S)
    finally:
        ended.set()  # and whoever runs the loop joins the thread


def _hear(
    folder: Path, ended: threading.Event, loop: asyncio.AbstractEventLoop, told: asyncio.Event
) -> None:
    """The same in a thread, until it is ended. watchfiles' own asynchronous way leaves its thread to itself."""
    for _ in watchfiles.watch(
        folder,
        watch_filter=None,
        debounce=DEBOUNCE_MS,
        step=DEBOUNCE_MS // 2,
        stop_event=ended,
        ignore_permission_denied=True,
    ):
        loop.call_soon_threadsafe(told.set)
