"""The reference solutions: shown after a pass at both levels or three honest tries; never to who is graded."""

from lenproto.exercises.functions import FUNCTIONS, JUDGED, source_of
from lenproto.exercises.learner import progress, setting
from lenproto.lab.program import LabError
from lenproto.words import Words, direction, say

HONEST_TRIES = 3


class Solution:
    """The solution of one of the five functions, or of a step, or how many tries are left until it is shown.

    kept_back says why it is not shown at all, whoever has passed: "" where it may be.
    """

    def __init__(self, name):
        self.name = name
        self.kept_back = (
            "graded"
            if setting.is_graded()
            else "by-the-course"
            if setting.keeps_solutions_back()
            else ""
        )
        record = progress.recorded()[0][name]
        self.left = 0 if record.passed else max(HONEST_TRIES - len(record.tried), 0)

    @property
    def source(self):
        """The source, as it stands in its file; "" as long as it is not shown."""
        if self.left or self.kept_back:
            return ""
        return source_of(self.name, "solution")

    def __repr__(self):
        if self.kept_back:
            return say(f"verdict.solution.kept-back.{self.kept_back}", function=self.name)
        if not self.left:
            return "\n".join(
                f"{number:3} {line}".rstrip()
                for number, line in enumerate(self.source.splitlines(), 1)
            )
        tries = Words("verdict.solution.tries", n=self.left)
        return say("verdict.solution.locked", function=self.name, tries=tries)

    def _repr_markdown_(self):
        if self.source:
            return f"```python\n{self}\n```"
        told = str(self).replace("\n", "  \n")
        return told if direction() == "ltr" else f'<div dir="{direction()}">\n\n{told}\n\n</div>'


def solution(name):
    """Return the reference solution of a function, or how far it is. LabError if there is none of that name."""
    name = getattr(name, "__name__", name)
    if name not in JUDGED:
        raise LabError(say("verdict.solution.none", name=repr(name), functions=list(FUNCTIONS)))
    return Solution(name)
