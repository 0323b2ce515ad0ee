"""The stage as a picture: a ladder of calls between the sources of two programs, to be stepped by hand.

What is shown lies in stage.js and stage.css. Python tells them, little by little, what happened, and
carries out what buttons and keys ask for in a thread of its own, for a click may never freeze a page.
"""

import functools
import queue
import reprlib
import threading
import time
from pathlib import Path

import anywidget
import traitlets

from lenproto.lab import again
from lenproto.lab.fields import Cutter
from lenproto.lab.ladder import Ladder
from lenproto.lab.program import LabError
from lenproto.lab.scenes import Programme, Scene, play
from lenproto.lab.stage import SIDES
from lenproto.lab.trace import Trace
from lenproto.lab.views import recorded
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.kept import Kept
from lenproto.lab.views.notes_page import notes_page
from lenproto.lab.views.page import module, spoken
from lenproto.words import Words, say

HERE = Path(__file__).parent
PAINT_S = 0.05  # between two messages to the page while both sides play
LOOK_S = 0.25  # between two looks at a side that neither calls nor ends
STEP_S = 1.0  # between two steps of a scene that run by themselves: a class looks on
LOCKED = {"step", "run", "type", "time out", "go on"}  # as long as the class has not chosen


class Replay(Kept, anywidget.AnyWidget):
    """A conversation that is over, forward and back: Replay("file.json") of a saved trace, or Replay(trace)."""

    _esm = module(HERE / "stage.js")
    _css = (HERE / "fields.css").read_text("utf-8") + (HERE / "stage.css").read_text("utf-8")
    live = traitlets.Bool(False).tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, trace, *, names=None):
        super().__init__(words=spoken("views"))
        self._names = dict(names or {})
        self._telling = threading.Lock()
        self._run = 0  # how many conversations were shown before
        self._show(trace if isinstance(trace, Trace) else Trace.load(trace))
        self.on_msg(self._heard)

    @property
    def names(self):
        """The names of those who wrote the two programs, by side; they stand above it."""
        return self._names

    @names.setter
    def names(self, names):
        self._names = dict(names)
        self.changed()
        self._tell()

    def text(self):
        """The ladder in characters, and where each side stands."""
        return "\n".join([str(self.trace), "", *self.trace.stands()])

    def picture(self, path, *, dark=None):
        """Draw the ladder into a file that ends in .svg or .png: see lenproto.lab.picture.save()."""
        self.trace.picture(path, dark=dark)

    def save_html(self, path):
        """Write a page that plays the conversation, and needs no kernel, server or network. Raises OSError."""
        with self.paused():
            page = recorded.as_page(self)
        Path(path).write_text(page, encoding="utf-8")

    def recorded(self, most=None):
        """The message that tells a page everything, for one without a kernel.

        most: of a longer conversation so many calls, and a sentence that says so.
        """
        with self._telling:
            self._look()
            rungs = self._ladder.rungs[:most]
            message = self._message(rungs, dict.fromkeys(self.trace.notes, 0))
            made = len(self._ladder.rungs)
        message.pop("scene", None)  # what a class has chosen is nobody else's
        message |= {"run": 1, "trouble": "", "playing": False, "done": 0}
        if len(rungs) < made:
            message |= {
                "sides": None,
                "deadlock": "",
                "trouble": say("views.stage.part", n=len(rungs), all=made),
            }
        return recorded.the_same_everywhere(message, self.trace)

    def _show(self, trace):
        with self._telling:
            self._run += 1
            self.trace = trace
            self._ladder = Ladder(trace)
            self._untold = {}  # number → rung that the page does not know as it is now
            # by side: pieces of print that the page knows
            self._told = dict.fromkeys(trace.notes, 0)
        self.changed()

    def _tell(self, everything=False):
        """Send the page what it does not know yet."""
        with self._telling:
            self._look()
            new = [self._untold[number] for number in sorted(self._untold)]
            self._untold = {}
            if everything:
                self._told = dict.fromkeys(self._told, 0)
            self.send(self._message(self._ladder.rungs if everything else new, self._told))
            self._told = {name: len(notes.printed) for name, notes in self.trace.notes.items()}

    def _look(self):
        """Take in what has happened since."""
        self._untold |= {rung["number"]: rung for rung in self._ladder.update()}

    def _message(self, rungs, told):
        """What a page is told: these rungs, all that was printed after so many pieces, and where all stands."""
        notes = self.trace.notes
        return {
            "run": self._run,
            "rungs": rungs,
            "printed": {
                name: [told[name], each.printed[told[name] :]] for name, each in notes.items()
            },
            "sources": {
                name: [source._asdict() for source in each.sources] for name, each in notes.items()
            },
            "stands": {name: str(each.stands) for name, each in notes.items()},
            **({"names": self._names} if self._names else {}),
            **self._now(),
        }

    def _now(self):
        """What a message says besides: nothing, for all is over."""
        return {}

    def _heard(self, _, content, buffers):
        if content.get("do") == "tell":
            self._tell(everything=True)


class StageView(Replay):
    """client(ip, port) and server(ip, port) on a Stage, with buttons, keys, and a picture of all that happens.

    typed are the first lines that answer input(); then a text box does. played is what happens
    before anybody looks: pairs of a side and the call before which it stops, such as ("server",
    "accept"), or a side alone for one step, so that an order that orders() has found may stand there.
    cutter names the bytes of another protocol. stage is the Stage that is shown, another one after
    each start. Close the view when it is not needed any more; running its cell again closes it, too.

    scenes, Scene(…) each, are for a class: the keys 1 to 9 go to them, with a question over the stage, and hands to be
    counted before the steps run. ballot is what the class has made of the present one. names are of pupils, above the
    sides: {"server": "Dana"}; assigning another dict changes them.
    """

    live = traitlets.Bool(True).tag(sync=True)
    scenes = traitlets.List().tag(sync=True)  # what the page tells of them
    notes = traitlets.Unicode().tag(sync=True)  # a page of HTML, for the teacher

    def __init__(
        self,
        client=None,
        server=None,
        typed=(),
        *,
        played=(),
        cutter=Cutter,
        scenes=(),
        names=None,
    ):
        replace_earlier(self)
        self._orders = queue.Queue()
        self._playing, self._closed = False, True  # until all is there
        self._painted = 0.0
        self._done = 0  # orders carried out
        self._trouble = ""
        default = Scene("", played=played, client=client, server=server, typed=typed, cutter=cutter)
        self._programme = Programme(scenes, default)
        self.stage = self._staged()
        super().__init__(self.stage.trace, names=names)
        self.scenes = [
            {"title": each.title, "question": each.question, "choices": each.texts}
            for each in self._programme.scenes
        ]
        self.notes = notes_page(self._programme.scenes)
        self._closed = False
        self._worker = threading.Thread(target=self._work, name="stage view", daemon=True)
        self._worker.start()

    def start_again(self):
        """Close this stage, and start the two programs on a new one. LabError once the view is closed."""
        if self._closed:
            raise LabError(say("views.stage.closed"))
        self.stage.close()
        self.stage = self._staged()
        self._show(self.stage.trace)
        self._tell()

    def go_to_scene(self, number):
        """Put another scene on the stage, the first one is 1: as it was left, or at its beginning.

        LabError if there is none.
        """
        if self._closed:
            raise LabError(say("views.stage.closed"))
        if number != self._programme.number:
            self.stage = self._watched(self._programme.change(number, self.stage))
            self._show(self.stage.trace)
        self._tell()

    @property
    def ballot(self):
        """What the class has made of the question of the present scene."""
        return self._programme.ballot

    def count(self, choice, hands):
        """So many hands are up for a choice, by its number from 1. LabError where it is none, or too late."""
        self.ballot.count(choice - 1, hands)
        self._tell()

    def settle(self):
        """The class has chosen: from now on the sides can be stepped. The steps of the scene run by themselves."""
        if not self.ballot.is_open:
            return
        self.ballot.settle()
        self._look_at_ballot()
        self._playing = True
        try:
            for each in self._programme.scene.steps:
                self._tell()
                if self._is_disturbed(STEP_S):
                    break
                play(self.stage, [each])
        finally:
            self._playing = False
            self._tell()

    def notes_page(self, path):
        """Write the teacher's notes on all scenes into a file, a page of HTML. Raises OSError."""
        Path(path).write_text(self.notes, encoding="utf-8")

    def go_on_from(self, calls):
        """Bring both programs, started anew, to the moment at which so many calls had begun. LabError once closed.

        The same is asked of them: steps, typed lines, time limits that have run out. Return the number of the first
        call that is another one this time, None where none is.
        """
        if self._closed:
            raise LabError(say("views.stage.closed"))
        before, orders = self.stage.trace, again.until(self.stage.orders, calls)
        self.stage.close()
        self.stage = self._programme.fresh()
        again.follow(self.stage, orders)
        self._watched(self.stage)
        self.ballot.forget()
        self._look_at_ballot()
        self._show(self.stage.trace)
        return again.first_difference(before[:calls], self.stage.trace)

    def close(self):
        """Close the stage and the view."""
        if not self._closed:
            self._closed = True
            self.keep()
            self.forget()
            self._orders.put(None)
            try:
                self.stage.close()
            finally:
                self._worker.join()
                self.stage.close()  # which the worker may just have started
        super().close()

    def paused(self):
        """Nobody makes a step in `with view.paused():`, be it by a button or in a cell."""
        return self.stage.pause

    def text(self):
        """The scene with its question, the ladder in characters, and where each side stands."""
        return "\n".join(
            [
                *self._programme.text(),
                super().text(),
                *map(str, filter(None, [self.stage.deadlock])),
            ]
        )

    def _staged(self):
        return self._watched(self._programme.begin())

    def _watched(self, stage):
        stage.listeners.append(self._rested)
        return stage

    def _rested(self):
        """Both sides have come to rest."""
        self.changed()
        self._look_at_ballot()
        if not self._playing or time.monotonic() - self._painted > PAINT_S:
            self._painted = time.monotonic()
            self._tell()

    def _look_at_ballot(self):
        """See whether a choice has come true. A teacher's own function may go wrong: that is told, and all goes on."""
        try:
            self.ballot.look(self.stage)
        except Exception as error:
            self._trouble = say("views.stage.scene.trouble", error=repr(error))

    def _is_disturbed(self, wait_s):
        """Wait a moment; return whether another button was pressed meanwhile."""
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline and self._orders.empty() and not self._closed:
            time.sleep(PAINT_S)
        return self._closed or not self._orders.empty()

    def _now(self):
        return {
            "scene": self._programme.told(),
            "sides": {name: self._side(name) for name in SIDES},
            "deadlock": str(self.stage.deadlock or ""),
            "trouble": self._trouble,
            "playing": self._playing,
            "done": self._done,
        }

    def _side(self, name):
        """Where a side stands: its Position, and of the call that it is to make, or is in, the name and the prompt."""
        position, call = self.stage.position(name), self.stage.call(name)
        return {
            "state": position.state,
            "can_step": self.stage.can_step(name),
            "call": position.call,
            "awaits": str(position.awaits),
            "limit_s": position.limit_s,
            "reason": str(position.reason),
            "left_open": position.left_open,
            "name": call.name if call else "",
            "prompt": reprlib.repr(call.argument)[1:-1] if call and call.name == "input" else "",
            **(position.where._asdict() if position.where else {}),
        }

    def _heard(self, _, content, buffers):
        """A button or a key: this is the thread that also runs the cells, so only take it down."""
        self._orders.put(content)

    def _work(self):
        """The life of the thread that carries out what buttons and keys ask for."""
        while not self._closed:
            goes_on = not self.stage.at_rest
            try:
                order = self._orders.get(timeout=LOOK_S if goes_on else self.keep_s)
            except queue.Empty:
                self._try(self.stage.look if goes_on else self.keep)
                continue
            if order is None:
                return
            self._trouble = ""
            self._try(functools.partial(self._carry_out, **order))
            self._done += 1
            if not self._closed:
                self._tell()

    def _try(self, act):
        """Do something; whatever goes wrong is told with the next message, and the next button is heard."""
        try:
            act()
        except Exception as error:
            words = str(error) if isinstance(error, LabError) else repr(error)
            self._trouble = "" if self._closed else words

    def _carry_out(self, do, side=None, line="", calls=0, number=0, hands=None, by=0):
        if do in LOCKED and self.ballot.is_open:
            raise LabError(Words("stage.scene.open"))
        acts = {
            "tell": lambda: self._tell(everything=True),
            "step": lambda: self._step(side or self.stage.next_actor()),
            "run": self._play_on,
            "type": lambda: self.stage.type(side, line),
            "time out": lambda: self.stage.time_out(side),
            "start again": self.start_again,
            "go on": lambda: self._go_on(calls),
            "scene": lambda: self.go_to_scene(number),
            "count": lambda: self._count(number, hands, by),
            "settle": self.settle,
        }
        if act := acts.get(do):
            act()

    def _step(self, side):
        if side:
            self.stage.step(side)

    def _play_on(self):
        self._playing = True
        try:
            for _ in self.stage.moves():
                if not self._orders.empty():  # another button stops it
                    break
        finally:
            self._playing = False

    def _count(self, choice, hands, by):
        """Hands that were typed, or some more or fewer than before."""
        votes = self.ballot.votes
        before = votes[choice - 1] if 0 < choice <= len(votes) else 0
        self.ballot.count(choice - 1, before + by if hands is None else hands)

    def _go_on(self, calls):
        other = self.go_on_from(calls)
        self._trouble = say("views.stage.another-way", call=other) if other else ""
