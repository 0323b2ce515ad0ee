"""The verdict on one function in a notebook: text, and where widgets live a button for hints, one at a time."""

import html

from lenproto.exercises import report
from lenproto.exercises.misconceptions import hints

SHARE = {"spec": 0.5, "shock": 0.5}  # of the points


class Verdict:
    """What check() found: data holds all of it, see lenproto.exercises.judge. Shows itself at the end of a cell."""

    def __init__(self, name, data):
        self.name = name
        self.data = data
        self._hinted = 0

    @property
    def passed(self):
        """Whether both levels passed."""
        return all(self.data[level] == "pass" for level in SHARE)

    def points(self, most):
        """Print the verdict, and return the points it is worth: half of them for each level that passed."""
        print(self)
        return sum(share for level, share in SHARE.items() if self.data[level] == "pass") * most

    def all(self):
        """Print a line for every case."""
        print(report.every_case(self.name, self.data))

    def hint(self):
        """Print one hint more than the last time."""
        case = report.first_failure(self.data)
        if case is None:
            print("All is well: there is nothing to hint at.")
            return
        self._hinted = min(self._hinted + 1, len(hints(case)))
        print("\n".join(report.hint_lines(case, self._hinted)))

    def __str__(self):
        return report.told(self.name, self.data)

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs):
        try:
            from lenproto.exercises.verdict_view import VerdictView
        except ImportError:  # no widgets here
            return {"text/plain": str(self), "text/html": f"<pre>{html.escape(str(self))}</pre>"}
        bundle = VerdictView(self)._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, "text/plain": str(self)}
