"""The reference solutions: shown after a pass at both levels, or after three honest tries."""

from lenproto.exercises.functions import FUNCTIONS, source_of
from lenproto.exercises.learner import progress
from lenproto.lab.program import LabError
from lenproto.words import Words, say

HONEST_TRIES = 3


class Solution:
    """The solution of one of the five functions, or how many tries are left until it is shown."""

    def __init__(self, name):
        self.name = name
        record = progress.recorded()[0][name]
        self.left = 0 if record.passed else max(HONEST_TRIES - len(record.tried), 0)

    @property
    def source(self):
        """The source, as it stands in its file; "" as long as it is not shown."""
        if self.left:
            return ""
        return source_of(self.name, "solution")

    def __repr__(self):
        if not self.left:
            return "\n".join(
                f"{number:3} {line}".rstrip()
                for number, line in enumerate(self.source.splitlines(), 1)
            )
        tries = Words("verdict.solution.tries", n=self.left)
        return say("verdict.solution.locked", function=self.name, tries=tries)

    def _repr_markdown_(self):
        return f"```python\n{self}\n```" if not self.left else str(self).replace("\n", "  \n")


def solution(name):
    """Return the reference solution of a function, or how far it is. LabError if there is none of that name."""
    name = getattr(name, "__name__", name)
    if name not in FUNCTIONS:
        raise LabError(say("verdict.solution.none", name=repr(name), functions=list(FUNCTIONS)))
    return Solution(name)
