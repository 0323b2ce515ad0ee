"""Do verdicts stay the same on a busy computer? python tools/steady [--files 24] [--times 1] [MODE …]

Judges files of the corpus in the quiet, then once more in each mode, and tells what differs. Modes:

quiet     as before
busy      with 16 processes beside it that only compute, each in a session of its own
stopped   the judge and all its processes are stopped for 2.5 s after every 0.3 s
at once   all files at the same time
corpus    every file of the corpus, right or wrong, and each text of its verdict, hints and steps

What could not be judged is named, and is no difference: *skipped* is right where nobody can know. Ctrl-C ends it.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
FOLDERS = ("right", "wrong", "unsafe")
IN_TESTS = ("right", "spec_only", "wrong")
PROCESS = tomllib.loads((CORPUS / "verdicts.toml").read_text("utf-8"))["process"]
BUSY = 16  # processes
GOES_S, STANDS_S = 0.3, 2.5
SKIPPED = "skipped"


def chosen(many):
    """Return so many files of the corpus, from all over it."""
    files = [path for name in FOLDERS for path in sorted((CORPUS / name).glob("*.py"))]
    return files[:: max(1, len(files) // many)][:many]


def judged(path, watch=lambda process: None):
    """Return {function: its verdicts, and those of its cases, by name} and the seconds that it took."""
    began = time.monotonic()
    command = [sys.executable, "-m", "lenproto", "check", str(path), "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        watch(process)
        out = process.stdout.read()
    took = time.monotonic() - began
    functions = json.loads(out)["functions"] if out else {}
    facts = {
        name: [
            (case["level"], case["name"], case["verdict"], case["misconception"], case["where"])
            for case in told["cases"]
        ]
        for name, told in functions.items()
    }
    return facts, took


def stand_still(process):
    """Stop a process and all that it has started, again and again, until it has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        judge = psutil.Process(process.pid)
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GOES_S)
                return
            family = [judge, *judge.children(recursive=True)]
            _each(family, "suspend")
            time.sleep(STANDS_S)
            _each(family, "resume")


def _each(processes, name):
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            getattr(process, name)()


@contextlib.contextmanager
def busy_beside():
    """In here, the computer has much else to do."""
    command = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(command, start_new_session=True) for _ in range(BUSY)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def in_mode(mode, files):
    """Return what judged() gives for each file, in a mode."""
    if mode == "busy":
        with busy_beside():
            return [judged(path) for path in files]
    if mode == "stopped":
        return [judged(path, lambda process: stand_still(process)) for path in files]
    if mode == "at once":
        with ThreadPoolExecutor(len(files)) as threads:
            return list(threads.map(judged, files))
    return [judged(path) for path in files]


def differences(before, after):
    """Return (what differs, how many cases could only be skipped) between two verdicts on a file."""
    told, skipped = [], 0
    for name in sorted({*before, *after}):
        for was, now in zip(before.get(name, []), after.get(name, []), strict=False):
            if was == now:
                continue
            if now[2] == SKIPPED:
                skipped += 1
            else:
                told.append(f"{name}: {was} → {now}")
        if len(before.get(name, [])) != len(after.get(name, [])):
            told.append(f"{name}: {len(before.get(name, []))} → {len(after.get(name, []))} cases")
    return told, skipped


def corpus_is_steady(times):
    """Judge the whole corpus so many times; print what differs, and return how many verdicts do."""
    sys.path.insert(0, str(ROOT / "tests"))
    from helpers.judged import all_failures

    files = [path for name in IN_TESTS for path in sorted((CORPUS / name).glob("*.py"))]
    files = [path for path in files if path.stem not in PROCESS]
    first, changed = all_failures(files), {}
    for number in range(2, times + 1):
        began = time.monotonic()
        again = all_failures(files)
        for path in files:
            if again[path] != first[path]:
                changed.setdefault(path, []).append(number)
                print(f"  {path.stem}: {first[path]} → {again[path]}")
        took = time.monotonic() - began
        print(f"corpus: time {number} of {times}, {len(files)} files, {took:.0f} s", flush=True)
    return len(changed)


def steady(files, modes, times):
    """Judge, compare, print; return the exit code."""
    if modes == ["corpus"]:
        changed = corpus_is_steady(times)
        print("No verdict has changed." if not changed else f"{changed} verdicts have changed.")
        return bool(changed)
    quiet = in_mode("quiet", files)
    print(f"quiet: {len(files)} files, median {statistics.median(took for _, took in quiet):.2f} s")
    wrong = 0
    for mode in modes * times:
        results = in_mode(mode, files)
        all_skipped = 0
        for path, (before, _), (after, _) in zip(files, quiet, results, strict=True):
            told, skipped = differences(before, after)
            all_skipped += skipped
            wrong += bool(told)
            for line in told:
                print(f"  {path.stem}: {line}")
            if skipped:
                print(f"  {path.stem}: {skipped} cases skipped")
        median = statistics.median(took for _, took in results)
        print(f"{mode}: median {median:.2f} s, {all_skipped} cases skipped")
    print("No verdict has changed." if not wrong else f"{wrong} verdicts have changed.")
    return bool(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modes", nargs="*", default=["quiet", "busy", "stopped"])
    parser.add_argument("--files", type=int, default=24)
    parser.add_argument("--times", type=int, default=1)
    args = parser.parse_args()
    sys.exit(steady(chosen(args.files), args.modes, args.times))
