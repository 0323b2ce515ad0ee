"""Judges a submission: its functions run in a process of their own, case by case, and whatever they do, an answer comes."""

import base64
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from lenproto.exercises import submission
from lenproto.exercises.cases import FUNCTIONS, LEVELS, cases
from lenproto.exercises.misconceptions import hints
from lenproto.exercises.run import CASE_S

WHOLE_S = 10.0  # seconds that judging one submission may take
GRACE_S = 0.6  # seconds that the process may take longer than a case to tell of it
START_S = 5.0  # seconds until it has loaded the submission
MEMORY_BYTES = 1 << 30  # that it may hold, where the system tells
LOOK_S = 0.1  # between two looks at its memory
ROOT = str(Path(__file__).parents[2])
CODE = f"import sys; sys.path.insert(0, {ROOT!r}); from lenproto.exercises.worker import main; main()"


class Lost(Exception):
    """The process died, or had to be killed: (misconception, a sentence)."""


class Worker:
    """The process that runs one submission's functions. Started again after each loss."""

    def __init__(self, job):
        self.job = job
        self.process = None
        self.names, self.failed = [], []

    def start(self):
        """Start it and let it load the submission. Lost if that does not come to an end."""
        self.process = subprocess.Popen([sys.executable, "-P", "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
                                        start_new_session=os.name == "posix",
                                        env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"})  # fmt: skip
        self._lines = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout, self._lines), daemon=True)
        self._reader.start()
        told = self._ask(self.job, START_S if self.names else START_S)
        self.names, self.failed = told["names"], told["failed"]

    def run(self, case, limit_s):
        """Return what became of a case, as a dictionary. Lost if nothing came within limit_s seconds."""
        if self.process is None:
            self.start()
        answer = self._ask([case.function, case.level, case.name], min(CASE_S + GRACE_S, limit_s))
        if not answer.pop("clean"):
            self.close()
        return answer

    def close(self):
        """Kill it, and all that it started."""
        if self.process is None:
            return
        process, self.process = self.process, None
        _kill(process)
        process.wait()
        self._reader.join()
        process.stdin.close()
        process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _ask(self, question, limit_s):
        with contextlib.suppress(OSError):
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        ends = time.monotonic() + limit_s
        while time.monotonic() < ends:
            try:
                line = self._lines.get(timeout=LOOK_S)
            except queue.Empty:
                if _memory(self.process.pid) > MEMORY_BYTES:
                    self.close()
                    raise Lost("uses-too-much-memory", "It used more memory than it may.") from None
                continue
            if line:
                return json.loads(line)
            code = self.process.wait()
            self.close()
            raise Lost("ends-the-program", f"It ended the whole process at once (exit code {code}): nothing can be told of it.")
        self.close()
        raise Lost("never-ends", f"It did not come back within {limit_s - GRACE_S:.1f} s.")

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line)
        lines.put("")


def _kill(process):
    """Kill a process and its descendants."""
    with contextlib.suppress(ImportError, Exception):
        import psutil

        for child in psutil.Process(process.pid).children(recursive=True) if os.name != "posix" else ():
            child.kill()
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()


def _memory(pid):
    """The bytes of memory that a process holds; 0 where the system does not tell."""
    try:
        import psutil

        return psutil.Process(pid).memory_info().rss
    except Exception:
        return 0


def judge_function(function, name, *, levels=LEVELS, limit_s=WHOLE_S):
    """Judge one function of a running notebook; return its part of the report. submission.NotReadable where it cannot be carried over."""
    path = [os.path.abspath(place) for place in sys.path]  # "" is the notebook's folder
    job = {"names": [name], "pickle": base64.b64encode(submission.pickled(function)).decode(), "path": path}
    report = _judge(job, [name], levels, limit_s)
    if report["functions"][name]["spec"] == "missing":
        raise submission.NotReadable(f"{name} could not be made anew outside of this notebook: {'; '.join(report['notes'])}.")
    return report["functions"][name]


def judge_file(path, *, levels=LEVELS, limit_s=WHOLE_S):
    """Judge the functions of a file; return the report. submission.NotReadable where it is no Python.

    The report: {"file", "seconds", "notes", "functions": {NAME: {"spec", "shock", "seconds", "cases"}}}, all five names;
    spec and shock are "pass", "fail", "missing" or "skipped".
    """
    parts = submission.read(path)
    job = {"names": submission.names(parts), "parts": [[part.name, part.text] for part in parts],
           "path": [str(Path(path).resolve().parent)]}  # fmt: skip
    return {"file": str(path)} | _judge(job, job["names"], levels, limit_s)


def _judge(job, names, levels, limit_s):
    began = time.monotonic()
    report = {"seconds": 0.0, "notes": [], "functions": {name: _empty("missing", levels) for name in FUNCTIONS}}
    with Worker(job) as worker:
        try:
            if names:
                worker.start()
                report["notes"] = worker.failed
        except Lost as lost:
            report["notes"] = [f"The file itself does not come to an end, or ends the program: {lost.args[1]}"]
            for name in names:
                report["functions"][name] = _lost_at_once(name, levels, lost)
            names = []
        for name in names:
            if name in worker.names:
                report["functions"][name] = _judge_function(worker, name, levels, began + limit_s)
    report["seconds"] = round(time.monotonic() - began, 3)
    return report


def _empty(word, levels):
    return {level: word if level in levels else "skipped" for level in LEVELS} | {"seconds": 0.0, "cases": []}


def _lost_at_once(name, levels, lost):
    first = cases(name, levels[0])[0]
    told = _empty("skipped", levels) | {levels[0]: "fail"}
    told["cases"] = [_told(first, {"verdict": "fail", "misconception": lost.args[0], "message": lost.args[1]})]
    return told


def _judge_function(worker, name, levels, deadline):
    """Judge one function at the levels in turn; what rests on something that failed is skipped."""
    began, told, stop = time.monotonic(), _empty("skipped", levels), ""
    for level in LEVELS:
        if level not in levels:
            continue
        for case in cases(name, level):
            if not stop and time.monotonic() > deadline:
                stop = "The time for the whole was used up."
            if stop:
                told["cases"].append(_told(case, {"verdict": "skipped", "message": stop}))
                continue
            try:
                answer = worker.run(case, max(deadline - time.monotonic(), 0.1) + GRACE_S)
            except Lost as lost:
                answer = {"verdict": "fail", "misconception": lost.args[0], "message": lost.args[1]}
            told["cases"].append(_told(case, answer))
            if answer["verdict"] == "fail":
                told[level] = "fail"
                if case is cases(name, level)[0] and level == "spec" or answer["misconception"] in ("never-ends", "ends-the-program"):
                    stop = f"It rests on {case.name!r}, which failed."
        if told[level] == "skipped" and not stop:
            told[level] = "pass"
        if told[level] == "fail" and not stop:
            stop = f"It rests on the level {level}, which failed."
    told["seconds"] = round(time.monotonic() - began, 3)
    return told


def _told(case, answer):
    """A case of the report."""
    told = {"name": case.name, "level": case.level, "story": case.story, "verdict": "skipped", "misconception": None, "message": "",
            "hint": "", "steps": [], "bytes": "", "at": None, "where": None, "printed": ""} | answer  # fmt: skip
    if told["misconception"]:
        told["hint"] = hints(told)[0]
    return told
