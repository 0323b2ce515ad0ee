"""A verdict on the page; what is shown lies in verdict_view.js and verdict_view.css. The words are the text form's."""

from pathlib import Path

import anywidget
import traitlets

from lenproto.exercises.learner.verdict import Verdict
from lenproto.exercises.report import text
from lenproto.exercises.report.hints import ladder
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.page import TextForm, module, spoken

HERE = Path(__file__).parent
KINDS = {"pass": "good", "fail": "bad", "skipped": "none", "missing": "none", "none": "none"}


class VerdictView(TextForm, anywidget.AnyWidget):
    """A Verdict with a button for one hint after another, and one for all cases. Running its cell again closes it."""

    _esm = module(HERE / "verdict_view.js")
    _css = HERE / "verdict_view.css"
    told = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    hinted = traitlets.Int(0).tag(sync=True)

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(told=_told(verdict), words=spoken("verdict"), hinted=verdict.hinted)
        replace_earlier(self)

    @traitlets.observe("hinted")
    def _remember(self, change):
        self.verdict.hinted = change.new

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
        },
        "hints": ladder(case) if case else [],
        "cases": [[KINDS[each.verdict], *row] for each, row in rows],
        "notes": [*text.note_lines(verdict.report), *filter(None, [verdict.note])],
        "stale": verdict.stale,
    }  # fmt: skip
