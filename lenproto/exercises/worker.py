"""The process in which a learner's functions run: it is asked for one case after another, and may die of any of them.

It reads JSON lines from standard input, the first with the submission, each later one with a case, and writes a line
for each. Its owner is lenproto.exercises.judge.
"""

import base64
import contextlib
import gc
import json
import os
import pickle
import sys
import tempfile
import warnings

from lenproto.exercises import evidence
from lenproto.exercises.cases import cases
from lenproto.exercises.rules import judge
from lenproto.exercises.run import run
from lenproto.exercises.submission import Part, load

MEMORY_BYTES = 2 << 30  # of address space
LEFT_BEHIND = 3  # exit code: something of a case goes on in this process
WATCHED = {"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen", "os.exec", "os.spawn"}


def main():
    """Answer lines until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    _shut_off()
    job = json.loads(questions.readline())
    started = _count_programs()
    space = _load(job)
    failed = [(f"{place}, line {line}: " if line else "") + f"{type(error).__name__}: {error}"
              for place, line, error in space.get("__failed__", ())]  # fmt: skip
    _say(answers, {"names": [name for name in job["names"] if callable(space.get(name))], "failed": failed})
    table = {(case.function, case.level, case.name): case for name in job["names"] for case in cases(name)}
    for line in questions:
        case = table[tuple(json.loads(line))]
        started.clear()
        answer, clean = _judged(case, space[case.function])
        if started and _programs():
            answer |= {"verdict": "fail", "misconception": "leaves-a-program", "message": "It started a program, and left it running."}
            clean = False
        _say(answers, answer | {"clean": clean})
        if not clean:
            break
    answers.flush()
    os._exit(LEFT_BEHIND)  # whatever the learner's code has left behind


def _judged(case, function):
    """Return the verdict on one case, as a dictionary for JSON, and whether this process can go on."""
    try:
        seen, finding, clean = run(case, function, judge)
    except MemoryError:
        return {"verdict": "fail", "misconception": "uses-too-much-memory", "message": "It used more memory than there is."}, False
    answer = {"verdict": "fail" if finding else "pass", "printed": evidence.cut(evidence.stable(seen.printed, seen.ports)),
              "steps": evidence.steps(seen)}  # fmt: skip
    if finding:
        where = finding.where
        answer |= {"misconception": finding.misconception, "message": evidence.stable(finding.message, seen.ports),
                   "bytes": finding.data[:200].hex(), "at": finding.at,
                   "where": [where.function, where.line, where.file] if where else None}  # fmt: skip
    if isinstance(seen.error, MemoryError):
        answer |= {"misconception": "uses-too-much-memory", "message": "It used more memory than it may."}
    del seen
    gc.collect()
    return answer, clean


def _load(job):
    """Return the names that a submission makes."""
    sys.path[:0] = [path for path in job["path"] if path not in sys.path]
    if "pickle" in job:
        try:
            return {job["names"][0]: pickle.loads(base64.b64decode(job["pickle"]))}
        except Exception as error:  # a module that is only half written, say
            return {"__failed__": [("", 0, error)]}
    return load([Part(*part) for part in job["parts"]])


def _shut_off():
    """Take from the learner's code the streams of this process, its folder, and more memory than it needs."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)
    os.chdir(tempfile.gettempdir())
    warnings.simplefilter("ignore")
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _count_programs():
    """Return a list that grows whenever the code of this process starts another program."""
    started = []
    sys.addaudithook(lambda event, _: started.append(event) if event in WATCHED else None)
    return started


def _programs():
    """Whether a program still runs that this process started."""
    try:
        import psutil
    except ImportError:
        return False
    return any(child.status() != psutil.STATUS_ZOMBIE for child in psutil.Process().children(recursive=True))


def _say(answers, answer):
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
