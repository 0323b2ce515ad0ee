"""A verdict on the page; what is shown lies in verdict_view.js and verdict_view.css. The words are the text form's."""

from collections.abc import Callable
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from lenproto.exercises.learner.verdict import Verdict
from lenproto.exercises.report import text
from lenproto.exercises.report.hints import ladder
from lenproto.lab.trace import Trace
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.opened import OpenedStage
from lenproto.lab.views.page import TextForm, module, spoken

HERE = Path(__file__).parent
KINDS = {"pass": "good", "fail": "bad", "skipped": "none", "missing": "none", "none": "none"}


class VerdictView(TextForm, ipywidgets.VBox):
    """A VerdictPanel, and below it the stage on which a failed case is put. Running its cell again closes both."""

    def __init__(self, verdict: Verdict) -> None:
        self.opened = OpenedStage()
        self.panel = VerdictPanel(verdict, self.put_on_stage)
        super().__init__([self.panel, self.opened])
        replace_earlier(self)

    def put_on_stage(self, number: int) -> None:
        """Put the conversation of a case on the stage, by its number from 0."""
        case = self.panel.verdict.report.cases[number]
        if case.conversation:
            self.opened.show(Trace.from_json(case.conversation))

    def text(self):
        """The verdict in words."""
        return self.panel.text()

    def close(self):
        """Close all of it."""
        for each in self.children:
            each.close()
        super().close()


class VerdictPanel(TextForm, anywidget.AnyWidget):
    """A Verdict with buttons: for one hint after another, for all cases, and to put a failed case on a stage.

    put_on_stage is called for that, with the number of the case.
    """

    _esm = module(HERE / "verdict_view.js")
    _css = HERE / "verdict_view.css"
    told = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    hinted = traitlets.Int(0).tag(sync=True)

    def __init__(self, verdict: Verdict, put_on_stage: Callable[[int], None]) -> None:
        self.verdict = verdict
        self._put_on_stage = put_on_stage
        super().__init__(told=_told(verdict), words=spoken("verdict"), hinted=verdict.hinted)
        self.on_msg(self._heard)

    @traitlets.observe("hinted")
    def _remember(self, change):
        self.verdict.hinted = change.new

    def _heard(self, _, content, buffers):
        if content.get("do") == "stage":
            self._put_on_stage(content["case"])

    def text(self):
        """The verdict in words, without its hints."""
        return str(self.verdict)


def _told(verdict):
    """What the page has to know: texts only, in the order in which they are shown."""
    case = verdict.failure
    rows = zip(verdict.report.cases, text.case_rows(verdict.report), strict=True)
    return {
        "name": verdict.name,
        "levels": [{"kind": KINDS[word], "mark": mark, "words": words + count}
                   for word, mark, words, count in text.levels(verdict.report)],
        "failure": case and {
            "headline": text.headline(case),
            "steps": text.step_lines(case),
            "marked": text.marked_lines(case),
            "message": case.message,
            "place": text.place(case) if case.source else "",
            "source": case.source,
            "named": text.named(case),
            "printed": text.printed_lines(case),
            "staged": verdict.report.cases.index(case) if case.conversation else None,
        },
        "hints": ladder(case) if case else [],
        "cases": [[KINDS[each.verdict], *row, bool(each.conversation)] for each, row in rows],
        "notes": [*text.note_lines(verdict.report), *filter(None, [verdict.note])],
        "stale": verdict.stale,
    }  # fmt: skip
