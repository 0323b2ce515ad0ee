"""How long it takes from a save to the board: python tools/board [--files 30] [--seconds 120] [--stay] [-- OPTION …]

Makes a folder with a class that works: each learner saves a few times, mostly with the mistake of before, sometimes
with another one, sometimes with one function more that passes. One save in three is written in two pieces.
`lenproto class` watches the folder, with what stands behind --; this program reads the teacher's page as a browser
does. It tells how long it took from a save until it stood there, and what memory and processor time all that took.
--stay goes on until Ctrl-C, to look at it.
"""

import argparse
import contextlib
import datetime
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from lenproto.exercises.functions import FUNCTIONS, source_of

ROOT = Path(__file__).parents[2]
WRONG = ROOT / "tests" / "corpus" / "wrong"
NAMES = ("anna", "נועה", "ben", "יונתן", "chloé", "תמר", "david", "איתי", "عمر", "li")
SAVES = 3  # of each learner, on average
FORGETS_S = 30.0  # after which a save that never came to the board counts as lost
PIECES_S = 0.1  # between the two halves of a file


class Pupil:
    """Somebody who writes the five functions, one after another."""

    def __init__(self, path, dice):
        self.path, self.dice, self.done, self.saves = path, dice, 0, 0
        self.wrong = {name: sorted(WRONG.glob(f"{name}__*.py")) for name in FUNCTIONS}
        self.mistake = None

    def think(self):
        """Have an idea: the same mistake again, another one, or one function more."""
        luck = self.dice.random()
        if luck < 0.3 and self.mistake:
            self.done = min(self.done + 1, len(FUNCTIONS))
            self.mistake = None
        elif luck < 0.5 or self.mistake is None:
            at = FUNCTIONS[min(self.done, len(FUNCTIONS) - 1)]
            self.mistake = self.dice.choice(self.wrong[at])

    def text(self):
        """What stands in the file."""
        own = [source_of(name, "solution") for name in FUNCTIONS[: self.done]]
        stubs = [source_of(name, "stub") for name in FUNCTIONS[self.done + bool(self.mistake) :]]
        mistake = [self.mistake.read_text("utf-8")] if self.mistake else []
        return "\n\n".join([f"# version {self.saves}", *own, *mistake, *stubs]) + "\n"

    def save(self):
        """Write the file; return the time of the save, as the file says it."""
        self.saves += 1
        text = self.text()
        with self.path.open("w", encoding="utf-8") as file:
            if self.saves % 3 == 0:
                file.write(text[: len(text) // 2])
                file.flush()
                time.sleep(PIECES_S)
                file.write(text[len(text) // 2 :])
            else:
                file.write(text)
        return self.path.stat().st_mtime


class Browser(threading.Thread):
    """Reads the events of the teacher's page: when which save of whom stands there."""

    def __init__(self, url):
        super().__init__(name="reads the page")
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self.connection.request("GET", f"/events/teacher?{parts.query}")
        self.response = self.connection.getresponse()
        self.arrived = {}  # (name, time of the save) → when
        self.changed = threading.Condition()

    def run(self):
        """Read until the server ends."""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            for line in self.response:
                if line.startswith(b"data: {"):
                    self.take(json.loads(line[6:])["parts"], time.time())

    def take(self, parts, now_s):
        """Note the rows among the parts."""
        with self.changed:
            for id_, row in parts.items():
                if id_.startswith("row-"):
                    name, saved = row[2][2][2], row[-1][2][1]["datetime"]
                    self.arrived.setdefault((name, stamp(saved)), now_s)
            self.changed.notify_all()

    def wait_for(self, found, limit_s):
        """Wait until found() is true; return whether it is."""
        with self.changed:
            return self.changed.wait_for(found, limit_s)


def stamp(saved):
    """A time in milliseconds."""
    return round(datetime.datetime.fromisoformat(saved).timestamp() * 1000)


def ms(saved_s):
    """The time of a save in milliseconds, cut as the page cuts it."""
    cut = datetime.datetime.fromtimestamp(saved_s, datetime.UTC).isoformat(timespec="milliseconds")
    return stamp(cut)


class Weighing(threading.Thread):
    """Looks at the memory of a program, and of what it has started."""

    def __init__(self, pid):
        super().__init__(name="weighs")
        self.process, self.ended = psutil.Process(pid), threading.Event()
        self.own, self.all, self.children = [], [], 0

    def run(self):
        """Look twice a second."""
        while not self.ended.wait(0.5):
            with contextlib.suppress(psutil.NoSuchProcess):
                children = self.process.children(recursive=True)
                self.own.append(self.process.memory_info().rss)
                self.all.append(self.own[-1] + sum(held(child) for child in children))
                self.children = max(self.children, len(children))


def held(process):
    """The bytes that a process holds; 0 where it has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.memory_info().rss
    return 0


def main(argv=None):
    """Run it; return the exit code: 1 if a save did not come to the board."""
    parser = argparse.ArgumentParser(
        prog="python tools/board",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--files", type=int, default=30, metavar="N")
    parser.add_argument("--seconds", type=float, default=120.0, metavar="S")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--stay", action="store_true", help="go on until Ctrl-C")
    parser.add_argument("options", nargs="*", metavar="OPTION", help="of lenproto class")
    args = parser.parse_args(argv)
    dice = random.Random(args.seed)
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        names = [f"{NAMES[n % len(NAMES)]} {n // len(NAMES) + 1}" for n in range(args.files)]
        pupils = [Pupil(Path(folder, f"{name}.py"), dice) for name in names]
        for pupil in pupils:
            pupil.save()
        command = [sys.executable, "-m", "lenproto", "class", folder, *args.options]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as board:
            try:
                return measure(board, pupils, dice, args)
            finally:
                board.terminate()


def measure(board, pupils, dice, args):
    """Let the class work, and tell what came of it."""
    lines = [board.stdout.readline().strip() for _ in range(7)]
    url = next(line.split()[-1] for line in lines if "/teacher?" in line)
    print(*lines, sep="\n", flush=True)
    began = time.monotonic()
    browser, weighing = Browser(url), Weighing(board.pid)
    browser.start()
    weighing.start()
    try:
        if not browser.wait_for(lambda: len(browser.arrived) >= len(pupils), 600):
            print("The class was not judged within ten minutes.")
            return 1
        print(f"{len(pupils)} files judged at first, after {time.monotonic() - began:.1f} s")
        computed = processor_s(board.pid)
        saved = work(pupils, dice, args.seconds)
        browser.wait_for(lambda: browser.arrived.keys() >= saved.keys(), FORGETS_S)
        code = tell(browser, saved, weighing, processor_s(board.pid) - computed)
        if args.stay:
            with contextlib.suppress(KeyboardInterrupt):
                work(pupils, dice, float("inf"))
        return code
    finally:
        board.terminate()
        board.wait()
        weighing.ended.set()
        browser.join()
        weighing.join()


def work(pupils, dice, seconds):
    """Save again and again, each SAVES times in so many seconds; return who has saved when."""
    many = SAVES * len(pupils)
    gap_s = min(seconds, 120.0) / many
    saved, ends = {}, time.monotonic() + seconds
    while time.monotonic() < ends:
        time.sleep(dice.expovariate(1 / gap_s))
        pupil = dice.choice(pupils)
        pupil.think()
        saved_s = pupil.save()
        saved[pupil.path.stem, ms(saved_s)] = saved_s
    return saved


def processor_s(pid):
    """The seconds that a program and all it has started, and that have ended, have computed."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def tell(browser, saved, weighing, computed_s):
    """Print the figures; return the exit code."""
    took = sorted(browser.arrived[key] - saved[key] for key in saved if key in browser.arrived)
    last = {}  # whoever saves again at once is judged once: only the newest version has to come
    for name, at in saved:
        last[name] = max(at, last.get(name, 0))
    lost = [key for key in last.items() if key not in browser.arrived]
    print(
        f"{len(saved)} saves, {len(took)} of them on the board, {len(saved) - len(took)} overtaken"
        f" by the next, {len(lost)} lost"
    )
    print(
        f"from save to board: median {statistics.median(took):.2f} s, nine of ten within "
        f"{took[len(took) * 9 // 10]:.2f} s, worst {took[-1]:.2f} s"
    )
    print(
        f"memory: {max(weighing.own) / 1e6:.0f} MB, at the end {weighing.own[-1] / 1e6:.0f}; with what judges "
        f"{max(weighing.all) / 1e6:.0f} MB in up to {weighing.children} processes"
    )
    print(f"processor: {computed_s:.0f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
