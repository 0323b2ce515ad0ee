"""The verdict on one function in a notebook: text, and where widgets live a button for hints, one at a time."""

import html
from typing import Any

from lenproto.exercises.report import text
from lenproto.exercises.report.hints import hints
from lenproto.exercises.report.types import CaseReport, FunctionReport, Json, Level, LevelVerdict
from lenproto.lab.trace import Trace
from lenproto.words import say

SHARE: dict[Level, float] = {"spec": 0.5, "shock": 0.5}  # of the points


class Verdict:
    """What check() found: report holds all of it, facts first. Shows itself at the end of a cell.

    note is what else is to be said, such as that the progress could not be kept; stale, before all, that it is not on
    the code that stands there now; hinted how many hints were given. ours: the function is lenproto's, and so worth
    nothing.
    """

    def __init__(
        self, name: str, report: FunctionReport, note: str = "", stale: str = "", ours: bool = False
    ) -> None:
        self.name = name
        self.ours = ours
        self.report = report
        self.note = note
        self.stale = stale
        self.hinted = 0

    @property
    def spec(self) -> LevelVerdict:
        """The verdict on the first level: "pass", "fail" or "skipped"."""
        return self.report.spec

    @property
    def shock(self) -> LevelVerdict:
        """The verdict on the second level."""
        return self.report.shock

    @property
    def passed(self) -> bool:
        """Whether both levels passed."""
        return self.report.passed

    @property
    def failure(self) -> CaseReport | None:
        """The first case that failed; None if none did."""
        return self.report.failure

    @property
    def conversation(self) -> Trace | None:
        """What happened in the first case that failed, as a Trace, for print, save and Replay; None if none did."""
        case = self.failure
        return Trace.from_json(case.conversation) if case and case.conversation else None

    @property
    def data(self) -> Json:
        """All of it, in JSON's terms: see docs/judging.md."""
        return self.report.as_json()

    def points(self, most: float) -> float:
        """Print the verdict, and return the points it is worth: half for each level, by the cases that pass."""
        print(self)
        return (
            0.0
            if self.ours
            else self.report.points({level: share * most for level, share in SHARE.items()})
        )

    def all(self) -> None:
        """Print every case, with what happens in it and what became of it."""
        print(text.every_case(self.name, self.report))

    def hint(self) -> None:
        """Print the hints so far, and one more."""
        if self.failure is None:
            print(say("verdict.no-hints"))
            return
        self.hinted = min(self.hinted + 1, len(hints(self.failure)))
        print("\n".join(text.hint_lines(self.failure, self.hinted)))

    def __str__(self) -> str:
        return "\n\n".join(filter(None, [self.stale, text.told(self.name, self.report), self.note]))

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        try:
            from lenproto.exercises.learner.verdict_view import VerdictView
        except ImportError:  # no widgets here
            return {"text/plain": str(self), "text/html": f"<pre>{html.escape(str(self))}</pre>"}
        view: Any = VerdictView(self)
        bundle: dict[str, Any] = view._repr_mimebundle_(**kwargs)
        return bundle
