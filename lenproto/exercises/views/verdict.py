"""A verdict on the page. What is shown lies in verdict.js and verdict.css; the words are those of the text form."""

from pathlib import Path

import anywidget
import traitlets

from lenproto.exercises import report
from lenproto.exercises.verdict import Verdict
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.page import TextForm, module, spoken

HERE = Path(__file__).parent
KINDS = {"pass": "good", "fail": "bad", "skipped": "none", "missing": "none"}


class VerdictView(TextForm, anywidget.AnyWidget):
    """A Verdict with a button for one hint after another, and one for all cases. Running its cell again closes it."""

    _esm = module(HERE / "verdict.js")
    _css = HERE / "verdict.css"
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
    rows = zip(verdict.data["cases"], report.case_rows(verdict.data), strict=True)
    return {
        "name": verdict.name,
        "levels": [{"kind": KINDS[word], "mark": mark, "words": words + count}
                   for word, mark, words, count in report.levels(verdict.data)],
        "failure": case and {
            "headline": report.headline(case),
            "steps": report.step_lines(case),
            "marked": report.marked_lines(case),
            "message": case["message"],
            "place": report.place(case) if case.get("source") else "",
            "source": case.get("source", ""),
            "named": report.named(case),
            "printed": report.printed_lines(case),
        },
        "hints": report.ladder(case) if case else [],
        "cases": [[KINDS[each["verdict"]], *row] for each, row in rows],
        "note": verdict.note,
    }  # fmt: skip
