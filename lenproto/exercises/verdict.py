"""The verdict on one function in a notebook: text, and where widgets live a button for hints, one at a time."""

import html
from typing import Any

from lenproto.exercises import report
from lenproto.exercises.report_types import CaseReport, FunctionReport, Level
from lenproto.words import say

SHARE: dict[Level, float] = {"spec": 0.5, "shock": 0.5}  # of the points


class Verdict:
    """What check() found: data holds all of it, see lenproto.exercises.judge. Shows itself at the end of a cell.

    note is what else is to be said, such as that the progress could not be kept; hinted how many hints were given.
    """

    def __init__(self, name: str, data: FunctionReport, note: str = "") -> None:
        self.name = name
        self.data = data
        self.note = note
        self.hinted = 0

    @property
    def passed(self) -> bool:
        """Whether both levels passed."""
        return all(self.data[level] == "pass" for level in SHARE)

    @property
    def failure(self) -> CaseReport | None:
        """The first case that failed; None if none did."""
        return report.first_failure(self.data)

    def points(self, most: float) -> float:
        """Print the verdict, and return the points it is worth: half of them for each level that passed."""
        print(self)
        return sum(share for level, share in SHARE.items() if self.data[level] == "pass") * most

    def all(self) -> None:
        """Print every case, with what happens in it and what became of it."""
        print(report.every_case(self.name, self.data))

    def hint(self) -> None:
        """Print the hints so far, and one more."""
        if self.failure is None:
            print(say("verdict.no-hints"))
            return
        self.hinted = min(self.hinted + 1, len(report.hints(self.failure)))
        print("\n".join(report.hint_lines(self.failure, self.hinted)))

    def __str__(self) -> str:
        return report.told(self.name, self.data) + (f"\n\n{self.note}" if self.note else "")

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        try:
            from lenproto.exercises.views.verdict import VerdictView
        except ImportError:  # no widgets here
            return {"text/plain": str(self), "text/html": f"<pre>{html.escape(str(self))}</pre>"}
        view: Any = VerdictView(self)
        bundle: dict[str, Any] = view._repr_mimebundle_(**kwargs)
        return bundle
