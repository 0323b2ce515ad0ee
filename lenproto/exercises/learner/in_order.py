"""A step whose lines are all there, to be put in order: by mouse, by keys, or with put(). No line is to be written."""

import ast
import linecache
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from lenproto.exercises.functions import LESSON_OF, source_of
from lenproto.exercises.learner.check import check
from lenproto.exercises.learner.verdict_view import VerdictView
from lenproto.lab.program import LabError
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.page import TextForm, module, page, spoken
from lenproto.words import say

HERE = Path(__file__).parent
STEPS = tuple(step for step in LESSON_OF if step.endswith("_in_order"))


class Lines(anywidget.AnyWidget):
    """The lines as a list that can be put in order; what is shown lies in in_order.js and in_order.css."""

    _esm = module(HERE / "in_order.js")
    _css = HERE / "in_order.css"
    head = traitlets.List().tag(sync=True)  # lines that stay where they are
    lines = traitlets.List().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)


class InOrder(TextForm, ipywidgets.VBox):
    """The lines of a step: InOrder("talk_in_order"). check() judges them in their order of now, and so does the button.

    LabError where no step of this name is to be put in order.
    """

    def __init__(self, name):
        if name not in STEPS:
            raise LabError(say("verdict.in-order.none", name=repr(name), steps=list(STEPS)))
        replace_earlier(self)
        self.name = name
        head, lines = taken_apart(source_of(name, "stub"))
        self._first = lines
        self._list = Lines(head=head, lines=lines, words=spoken("verdict"))
        judge = ipywidgets.Button(
            description=say("verdict.in-order.check"),
            button_style="primary",
            layout={"width": "auto"},
        )
        judge.on_click(lambda _: self._show(self.check))
        again = ipywidgets.Button(
            description=say("verdict.in-order.again"), layout={"width": "auto"}
        )
        again.on_click(lambda _: self._show(self.start_again))
        self._said = ipywidgets.VBox()
        super().__init__([self._list, ipywidgets.HBox([judge, again]), self._said])

    @property
    def lines(self):
        """The lines in their order of now."""
        return list(self._list.lines)

    def put(self, *numbers):
        """Put the lines in this order, each by its number of now. LabError where one is missing, or twice there."""
        now = dict(enumerate(self.lines, len(self._list.head) + 1))
        if sorted(numbers) != [*now]:
            raise LabError(say("verdict.in-order.no-order", first=min(now), last=max(now)))
        self._list.lines = [now[number] for number in numbers]

    def start_again(self):
        """Put the lines as they were in the beginning."""
        self._list.lines = self._first

    def check(self):
        """Judge the function that the lines make in this order; return its Verdict. LabError where it is no Python."""
        return check(self.function(), name=self.name)

    def function(self):
        """Return the function that the lines make in this order. LabError where that is no Python."""
        source, file = "\n".join([*self._list.head, *self.lines, ""]), f"<{self.name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        space = {"__name__": "__main__"}
        try:
            exec(compile(source, file, "exec"), space)
        except SyntaxError as error:
            raise LabError(
                say("verdict.in-order.no-python", line=error.lineno, error=error.msg)
            ) from None
        return space[self.name]

    def text(self):
        """The lines with their numbers, below those that stay."""
        lines = enumerate([*self._list.head, *self.lines], 1)
        return "\n".join(f"{number:3} {line}".rstrip() for number, line in lines)

    def _show(self, act):
        """What a button asks for, and what comes of it."""
        for earlier in self._said.children:
            earlier.close()
        try:
            came = act()
        except LabError as error:
            said = ipywidgets.HTML(page(f'<p role="status">{error}</p>'))
            self._said.children = [said]
            return
        self._said.children = [VerdictView(came)] if came else []


def taken_apart(source):
    """Return the lines of a function up to its docstring, and those behind it."""
    lines = source.rstrip().splitlines()
    function = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    last = function.body[0].end_lineno
    return lines[:last], lines[last:]
