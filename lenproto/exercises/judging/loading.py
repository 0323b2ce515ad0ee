"""How a submission is loaded: all of it is run, line by line, up to what only a program does.

Whatever makes a constant, fills a table or defines a function may be written in any way, so it is run as it stands.
What binds, connects, waits or asks, ends the program, starts another one, or calls one of the five functions is the
program that uses them. It is stopped before it does that, and its statement is left out, with a note.
"""

import __future__

import ast
import contextlib
import difflib
import functools
import linecache
import os
import random
import socket
import sys
import threading
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lenproto.exercises.functions import FUNCTIONS, TYPED
from lenproto.exercises.judging.guard import Guard
from lenproto.exercises.judging.submission import MODULE, Part
from lenproto.lab import keyboard, tap
from lenproto.lab.pace import Pace
from lenproto.lab.program import text
from lenproto.words import Words

DEFINITIONS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
# what shows and checks: it stands around a submission, and is no part of it
LESSONS = ("lenproto.lab", "lenproto.exercises")
# and what does not: functions as lenproto has them
TAKEN = (
    "lenproto.lab.literal",
    "lenproto.exercises.functions",
    "lenproto.exercises.steps",
    "lenproto.exercises.samples",
)
HARMLESS = {"close", "shutdown"}  # calls that a file may make while it is read
# what stands in for an answer to input(); and a number, where no word will do
STAND_INS = (TYPED, "8820")
MOST_QUESTIONS = 100  # that one statement may ask
MOST_STEPS = 2_000_000  # of Python's own, that one statement may take: a second
STEPS_A_SLEEP = 1000  # for which a sleep counts
MOST_ERRORS = 5  # of one part, of which one is told
NEAR = 0.9  # how much of a name is as it should be, from 0 to 1
ENDS = ("_exit", "abort", "kill")  # of os: what ends a process where it stands


class LeftOut(BaseException):
    """Ends a statement before it does what only a program does. No `except Exception` catches it."""


@dataclass
class Loaded:
    """What came of loading: the names that were made; what was left out, failed, or was answered, as sentences."""

    names: dict[str, Any] = field(default_factory=dict)
    notes: list[Words] = field(default_factory=list)


def load(
    parts: Sequence[Part],
    folders: Sequence[str] = (),
    guard: Guard | None = None,
) -> Loaded:
    """Run what the parts define, and nothing else that they do.

    folders: where modules of the submission may lie. guard: of this process.
    """
    random.seed(1)  # what is drawn at its top level is the same each time
    # dataclasses look there for the names of types
    module = sys.modules[MODULE] = types.ModuleType(MODULE)
    space = module.__dict__
    space["__file__"] = parts[0].name if parts else ""
    remember(parts)
    trees = [(part.name, part.tree) for part in parts]
    reading = _Reading({part.name for part in parts}, folders)
    notes: list[Words] = []
    future = 0  # what a `from __future__ import` changes goes for all that follows
    around: set[str] = set()  # the names of what belongs to a lesson
    with reading.here(guard):
        for name, tree in trees:
            record = _Record(name)
            for statement in tree.body:
                if _is_around(statement, around):
                    continue
                future |= _future(statement)
                _run(statement, name, future, space, reading, record)
            notes += record.notes()
    return Loaded(space, [*doubles(trees), *notes])


def _future(statement):
    """The flags of the compiler that a statement switches on."""
    if not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
        return 0
    features = (getattr(__future__, each.name, None) for each in statement.names)
    return sum(feature.compiler_flag for feature in features if feature)


def _run(statement, name, flags, space, reading, record):
    """Run one statement, and note what became of it."""
    code = compile(ast.Module([statement], []), name, "exec", flags, dont_inherit=True)
    for stand_in in STAND_INS:
        error = reading.run(code, space, stand_in)
        if not (reading.asked and isinstance(error, ValueError)):
            break
    record.add(statement, reading.left_out, error)
    if reading.asked and not (reading.left_out or error):
        record.asked(statement, stand_in)


def doubles(trees: Sequence[tuple[str, ast.Module]]) -> list[Words]:
    """Notes on functions that are defined twice, or whose names are nearly those of the five."""
    places: dict[str, list[Words]] = {}
    for part, tree in trees:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                place = Words("judging.note.place", part=part, line=node.lineno)
                places.setdefault(node.name, []).append(place)
    twice = [
        Words("judging.note.twice", function=name, places=places[name])
        for name in FUNCTIONS
        if len(places.get(name, ())) > 1
    ]
    missing = [name for name in FUNCTIONS if name not in places]
    others = [name for name in places if name not in FUNCTIONS]
    near = [
        Words("judging.note.nearly", function=meant[0], name=name, place=places[name][-1])
        for name in others
        if (meant := difflib.get_close_matches(name, missing, 1, NEAR))
    ]
    return [*twice, *near]


def remember(parts: Sequence[Part]) -> None:
    """Let whoever asks for a line of the parts find it."""
    for part in parts:
        lines = part.text.splitlines(keepends=True)
        linecache.cache[part.name] = (len(part.text), None, lines, part.name)


def names_in(code: types.CodeType) -> set[str]:
    """All names that code uses, also in the functions within it."""
    inner = (each for each in code.co_consts if isinstance(each, types.CodeType))
    return set(code.co_names).union(*map(names_in, inner))


class _Reading(Pace):
    """The pace at which a file is read, in its thread: no time passes, and what a program does is refused.

    After one refusal the lines that follow are refused, too: a bare `except` in a loop would go on for ever.
    """

    time_stands_still = driven = True

    def __init__(self, files: set[str], folders: Sequence[str]) -> None:
        super().__init__()
        self._files = files
        self._folders = tuple(os.path.join(folder, "") for folder in folders)
        self.left_out: LeftOut | None = None  # why the statement was stopped
        self.asked = 0  # how often it asked the keyboard
        self._steps = 0
        self._refusals = self._skipped = 0
        self._stand_in = ""
        self._sockets: list[socket.socket] = []  # those of what was left out

    def run(
        self, code: types.CodeType, space: dict[str, Any], stand_in: str
    ) -> BaseException | None:
        """Run one statement, with this answer to whatever it asks; return the error that it raised."""
        self.left_out, self.asked, self._stand_in = None, 0, stand_in
        self._steps = self._refusals = self._skipped = 0
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            exec(code, space)
        except SystemExit:
            self._note("ends")
        except BaseException as error:  # whatever it is: the other statements are read all the same
            return error
        finally:
            sys.settrace(before)
        return None

    @contextlib.contextmanager
    def here(self, guard: Guard | None) -> Iterator[None]:
        """In here, this thread goes at this pace, and the guard of the process lets no other one be started."""
        thread = threading.current_thread()
        actor = tap.watch(thread)
        before, actor.pace = actor.pace, self
        asks = keyboard.given(thread)
        keyboard.give(thread, self._answer)
        ends = {name: getattr(os, name) for name in ENDS if hasattr(os, name)}
        for name in ends:
            setattr(os, name, functools.partial(self._refuse, "ends"))
        if guard:
            guard.starts = functools.partial(self._refuse, "starts-a-process")
        try:
            yield
        finally:
            if guard:
                guard.starts = None
            for name, function in ends.items():
                setattr(os, name, function)
            keyboard.take(thread) if asks is None else keyboard.give(thread, asks)
            actor.pace = before
            tap.unwatch(thread)
            for sock in self._sockets:
                sock.close()

    # ---- what the pace of a thread has to know ----

    def before(self, call, sock):
        """A socket's method is called."""
        if call.name not in HARMLESS:
            self._sockets.append(sock)
            self._refuse("calls", call=call.text(ports=True))

    def drive(self, actor):
        """It waits, in select, say."""
        self._refuse("waits")

    def rest(self, actor, look, seconds, thing):
        """It waits for another thread."""
        self._refuse("waits")

    def sleep(self, seconds, actor=None):
        """It sleeps: that takes no time here."""
        self._count(STEPS_A_SLEEP)
        return 0.0

    def adopt(self, thread):
        """It starts a thread."""
        self._refuse("starts-a-thread")

    # ----

    def _answer(self, prompt=""):
        """Answers input()."""
        self.asked += 1
        if self.left_out or self.asked > MOST_QUESTIONS:
            self._refuse("asks-on")
        return self._stand_in

    def _refuse(self, why, /, *_, **values):
        self._note(why, **values)
        self._refusals += 1
        self._skipped = 0
        sys.settrace(self._trace)  # Python takes it away from whoever raises an error in it
        frame = sys._getframe(1)
        while frame := frame.f_back:
            if self._is_own(frame.f_code.co_filename):
                frame.f_trace = self._step
        raise LeftOut

    def _note(self, why, **values):
        self.left_out = self.left_out or LeftOut(Words(f"judging.left-out.{why}", **values))

    def _trace(self, frame, event, _):
        """Counts steps of the submission, and refuses to begin one of the five."""
        code = frame.f_code
        if not self._is_own(code.co_filename):
            return None
        if code.co_name in FUNCTIONS:
            self._refuse("uses", function=code.co_name)
        frame.f_trace_opcodes = True  # a loop in one line has no lines to count
        return self._step

    def _step(self, frame, event, _):
        if self.left_out and event == "line":
            # the line that catches a refusal may not be refused itself, or it would catch that, too; each time one
            # line more goes by, until the refusal comes where nothing catches it
            self._skipped += 1
            if self._skipped > self._refusals:
                self._refuse("never-ends")
        self._count(1)
        return self._step

    def _count(self, steps):
        self._steps += steps
        if self._steps > MOST_STEPS:
            self._steps = 0
            self._refuse("never-ends")

    def _is_own(self, file):
        return file in self._files or (self._folders and file.startswith(self._folders))


class _Record:
    """What became of the statements of one part, for a reader."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._left: list[tuple[int, int]] = []  # first and last lines
        self._why: list[Words] = []
        self._lost: set[str] = set()  # names that what was left out would have made
        self._notes: list[Words] = []
        self._errors = 0

    def add(
        self, statement: ast.stmt, left_out: LeftOut | None, error: BaseException | None
    ) -> None:
        """Note what became of a statement. One that only misses a name of those left out is left out, too."""
        misses = isinstance(error, NameError) and error.name in self._lost
        if left_out or misses:
            self._left.append((statement.lineno, statement.end_lineno or statement.lineno))
            self._lost |= _stored(statement)
            if left_out:
                self._why.append(left_out.args[0])
        elif error:
            self._errors += 1
            if self._errors <= MOST_ERRORS:
                kind, said = type(error).__name__, text(error)
                self._note("there", line=statement.lineno, kind=kind, error=said)

    def asked(self, statement: ast.stmt, stand_in: str) -> None:
        """Note that a question of a statement was answered."""
        self._note("asked", line=statement.lineno, text=stand_in)

    def notes(self) -> list[Words]:
        """The notes on this part."""
        if not self._left:
            return self._notes
        lines = [_lines(*each) for each in _joined(self._left)]
        return [
            Words("judging.note.left-out", part=self._part, lines=lines, why=self._why[0]),
            *self._notes,
        ]

    def _note(self, key, **values):
        self._notes.append(Words(f"judging.note.{key}", part=self._part, **values))


def _stored(statement):
    """The names that a statement gives something to."""
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _joined(spans):
    """Spans of lines, those that touch each other as one."""
    joined = [spans[0]]
    for first, last in spans[1:]:
        if first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined


def _lines(first, last):
    span = "line" if first == last else "lines"
    return Words(f"judging.note.{span}", first=first, last=last)


def _is_around(statement, around):
    """Whether a statement is a lesson's: it imports what shows and checks, or uses that.

    Its names are put to those around.
    """
    module = (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""
    if module.startswith(LESSONS) and not module.startswith(TAKEN):
        around.update(each.asname or each.name for each in statement.names)
        return True
    if isinstance(statement, DEFINITIONS):
        return False
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    if not any(name.id in around for name in names):
        return False
    around.update(name.id for name in names if isinstance(name.ctx, ast.Store))
    return True
