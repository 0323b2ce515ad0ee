"""What changes in a folder is seen once it is whole, and judged once: the newest version, in processes that all end."""

import asyncio
import contextlib
import os
import time
from pathlib import Path

import pytest

from lenproto.exercises.classes.live import judging as live_judging
from lenproto.exercises.classes.live import watching
from lenproto.exercises.classes.live.changes import MOST_S, SETTLED_S, Changes, Look, look
from lenproto.exercises.classes.live.classroom import Classroom
from lenproto.exercises.classes.live.judging import Judging
from lenproto.exercises.functions import source_of
from lenproto.exercises.judging import submission
from lenproto.exercises.judging.judge import judge
from lenproto.exercises.judging.process import Stopped

LISTEN = (
    "import socket\ndef initial_listen(ip, port):\n    return socket.create_server((ip, port))\n"
)
LIMIT_S = 120
A, B = Path("a.py"), Path("b.py")


def one(size, number=1):
    return Look(size, size, number)


# ---- what is ripe ----


def test_a_file_is_read_once_it_has_stayed_as_it_is():
    changes = Changes()
    assert changes.seen({A: one(1)}, 0) == ([], [])
    assert changes.waits
    assert changes.seen({A: one(2)}, SETTLED_S) == ([], []), "somebody writes"
    assert changes.seen({A: one(2)}, 2 * SETTLED_S) == ([A], [])
    assert not changes.waits
    assert changes.seen({A: one(2)}, 100) == ([], [])


def test_a_file_that_is_written_on_and_on_is_read_all_the_same():
    changes, step_s = Changes(), SETTLED_S / 2
    times = [number * step_s for number in range(int(2 * MOST_S / step_s))]
    ripe = [now_s for now_s in times if changes.seen({A: one(now_s)}, now_s)[0]]
    assert ripe[0] == pytest.approx(MOST_S)


def test_another_file_of_the_same_size_and_time_in_its_place_is_a_change():
    changes = Changes()
    changes.seen({A: one(1)}, 0)
    changes.seen({A: one(1)}, 1)
    changes.seen({A: one(1, number=2)}, 2)
    assert changes.seen({A: one(1, number=2)}, 3) == ([A], [])


def test_what_is_gone_is_told_once_and_comes_back_as_new():
    changes = Changes()
    changes.seen({A: one(1), B: one(1)}, 0)
    changes.seen({A: one(1), B: one(1)}, 1)
    assert changes.seen({B: one(1)}, 2) == ([], [A])
    assert changes.seen({B: one(1)}, 3) == ([], [])
    changes.seen({A: one(1), B: one(1)}, 4)
    assert changes.seen({A: one(1), B: one(1)}, 5) == ([A], [])


def test_a_look_shows_what_is_handed_in_and_fails_where_the_folder_is_away(tmp_path):
    (tmp_path / "anna.py").write_text("x")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".anna.py.swp.py").write_text("x")
    assert list(look(tmp_path)) == [tmp_path / "anna.py"]
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "away")


# ---- the watcher ----


async def until(looks, wanted):
    """Read looks until a file of this name is ripe, or gone."""
    async for seen in looks:
        for kind in ("ripe", "gone"):
            if wanted in [path.name for path in getattr(seen, kind)]:
                return kind
    return None


def watched(folder, play):
    """Run play(looks) beside a watcher of this folder."""

    async def both():
        async with contextlib.aclosing(watching.watch(folder)) as looks:
            return await asyncio.wait_for(play(looks), LIMIT_S)

    return asyncio.run(both())


def nobody_tells(monkeypatch):
    """Let the system say nothing, as of a folder on another computer."""

    async def nothing(folder, told):
        await asyncio.sleep(LIMIT_S)

    monkeypatch.setattr(watching, "_listen", nothing)
    monkeypatch.setattr(watching, "LOOK_S", 0.05)


@pytest.mark.parametrize("told", [True, False], ids=["the system tells", "nobody tells"])
def test_what_is_written_replaced_and_removed_is_seen(told, tmp_path, monkeypatch):
    if told:
        monkeypatch.setattr(watching, "LOOK_S", LIMIT_S)  # it alone
    else:
        nobody_tells(monkeypatch)
    (tmp_path / "anna.py").write_text("1")

    async def play(looks):
        found = [await until(looks, "anna.py")]
        (tmp_path / "ben").mkdir()
        (tmp_path / "ben" / "ben.py").write_text("1")
        found.append(await until(looks, "ben.py"))
        (tmp_path / "new").write_text("22")
        os.replace(tmp_path / "new", tmp_path / "ben" / "ben.py")
        found.append(await until(looks, "ben.py"))
        (tmp_path / "anna.py").unlink()
        found.append(await until(looks, "anna.py"))
        return found

    assert watched(tmp_path, play) == ["ripe", "ripe", "ripe", "gone"]


def test_nothing_is_gone_while_the_folder_is_away(tmp_path, monkeypatch):
    nobody_tells(monkeypatch)
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "anna.py").write_text("1")

    async def play(looks):
        found = [await anext(looks)]
        folder.rename(tmp_path / "away")
        found.append(await anext(looks))
        (tmp_path / "away").rename(folder)
        found.append(await anext(looks))
        return [(len(seen.ripe), len(seen.gone), seen.there) for seen in found]

    assert watched(folder, play) == [(1, 0, True), (0, 0, False), (0, 0, True)]


# ---- judging ----


class Told:
    """Keeps what a Judging tells, by the name of the file."""

    def __init__(self):
        self.all, self.changed = [], asyncio.Event()

    def __call__(self, path, judged):
        self.all.append((path.name, judged))
        self.changed.set()

    async def wait(self, many):
        while len(self.all) < many:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), LIMIT_S)
        return self.all


def judged(play, jobs=1):
    """Run play(judging, told)."""

    async def run():
        told = Told()
        judging = Judging(jobs, told)
        try:
            return await play(judging, told)
        finally:
            judging.close()

    return asyncio.run(run())


@pytest.fixture
def fake(monkeypatch):
    """fake(judge) judges with this function in the place of the real one."""

    def put(function):
        monkeypatch.setattr(live_judging, "judge", function)

    return put


class Verdict:
    """Stands for a Report."""

    def __init__(self, content):
        self.content = content

    def of(self, file):
        return self


def test_a_file_is_judged_and_what_is_saved_unchanged_is_not_judged_again(tmp_path):
    mine = tmp_path / "anna.py"
    mine.write_text(LISTEN)

    async def play(judging, told):
        judging.add(mine)
        await told.wait(1)
        os.utime(mine)
        judging.add(mine)
        await told.wait(2)
        mine.write_text(LISTEN.replace("def", "def def"))
        judging.add(mine)
        await told.wait(3)
        return [found for _, found in told.all]

    good, same, bad = judged(play)
    assert good.report.functions["initial_listen"].spec == "pass"
    assert good.saved_s == pytest.approx(time.time(), abs=LIMIT_S)
    assert same is None
    assert bad.report is None
    assert "line 2" in str(bad.problem)


def test_what_changes_goes_before_what_was_there_at_first(tmp_path, fake):
    fake(lambda job, **_: Verdict(job["content"]))
    paths = [tmp_path / f"{name}.py" for name in "abcd"]
    for path in paths:
        path.write_text(path.name)

    async def play(judging, told):
        for path in paths[:3]:
            judging.add(path, at_first=True)
        judging.add(paths[3])
        assert judging.waiting == 4
        await told.wait(4)
        return [name for name, _ in told.all]

    assert judged(play) == ["a.py", "d.py", "b.py", "c.py"]


def test_a_slow_judgement_of_an_older_version_is_ended_and_the_newest_counts(
    tmp_path, fake, monkeypatch
):
    monkeypatch.setattr(live_judging, "PATIENCE_S", 0.0)
    begun = []

    def slow(job, *, stopped, **_):
        begun.append(job["content"])
        while job["content"] == b"old" and not stopped():
            time.sleep(0.01)
        if job["content"] == b"old":
            raise Stopped
        return Verdict(job["content"])

    fake(slow)
    mine = tmp_path / "anna.py"
    mine.write_text("old")

    async def play(judging, told):
        judging.add(mine)
        while not begun:
            await asyncio.sleep(0.01)
        mine.write_text("new")
        judging.add(mine)
        await told.wait(2)
        return [found and found.report.content for _, found in told.all]

    assert judged(play, jobs=2) == [None, b"new"]
    assert begun == [b"old", b"new"]


def test_no_more_than_the_jobs_run_and_a_file_only_once_at_a_time(tmp_path, fake):
    running, most = [], []

    def watch(job, *, stopped, **_):
        running.append(job["file"])
        most.append(sorted(running))
        time.sleep(0.02)
        running.remove(job["file"])
        return Verdict(job["content"])

    fake(watch)
    paths = [tmp_path / f"{name}.py" for name in "abc"]

    async def play(judging, told):
        for turn in range(3):
            for path in paths:
                path.write_text(f"{turn}")
                judging.add(path)
        while judging.waiting:
            await told.wait(len(told.all) + 1)

    judged(play, jobs=2)
    assert max(map(len, most)) == 2
    assert all(len(set(now)) == len(now) for now in most)


def test_a_bug_of_the_checker_is_a_problem_and_no_end(tmp_path, fake):
    def broken(job, **_):
        raise ZeroDivisionError("a bug")

    fake(broken)
    (tmp_path / "a.py").write_text("x")

    async def play(judging, told):
        judging.add(tmp_path / "a.py")
        judging.add(tmp_path / "gone.py")
        await told.wait(2)
        return dict(told.all)

    found = judged(play, jobs=2)
    assert "ZeroDivisionError" in str(found["a.py"].problem)
    assert found["gone.py"] is None


def test_closing_ends_what_computes_without_end(tmp_path):
    mine = tmp_path / "anna.py"
    endless = (
        "def initial_listen(ip, port):\n    open('begun', 'w').close()\n    while True: pass\n"
    )
    mine.write_text(endless)

    async def play(judging, told):
        judging.add(mine)
        await asyncio.sleep(0)
        return judging.waiting

    assert judged(play) == 1  # leaves_nothing_behind looks for the process and the thread


def test_a_judgement_can_be_stopped_before_it_begins_and_while_it_runs(tmp_path):
    mine = tmp_path / "anna.py"
    mine.write_text(LISTEN)
    with pytest.raises(Stopped):
        judge(submission.job(mine), stopped=lambda: True)
    asked = []

    def after_some():
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(Stopped):
        judge(submission.job(mine), stopped=after_some)


# ---- all together ----


def test_a_class_is_judged_and_judged_again_and_nothing_is_left(tmp_path):
    mine = tmp_path / "נועה.py"
    stub = source_of("initial_listen", "stub")
    mine.write_text(stub, encoding="utf-8")

    async def play():
        room = Classroom(tmp_path, jobs=2)
        running = asyncio.create_task(room.run())
        try:
            with room.listening() as told:

                async def until(true):
                    while not true(room.view.learners):
                        told.clear()
                        await asyncio.wait_for(told.wait(), LIMIT_S)

                await until(lambda all_: all_ and all_[0].cells)
                (noa,) = room.view.learners
                first = noa.name, noa.at, noa.cells["initial_listen"].begun
                mine.write_text(stub + "    return 7\n", encoding="utf-8")
                await until(lambda all_: all_[0].cells["initial_listen"].begun)
                mine.write_text(LISTEN)
                await until(lambda all_: all_[0].cells["initial_listen"].passed)
                mine.unlink()
                await until(lambda all_: not all_)
                return first, [each.kind for each in room.latest]
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    assert asyncio.run(play()) == (("נועה", "initial_listen", False), ["passes"])
