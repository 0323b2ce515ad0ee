"""Where a learner's notebook runs: alone, where a course keeps the solutions back, or in the hands of who grades it.

nbgrader says in an environment variable what it runs a notebook for. Whoever grades has a progress of his own, which
is none of the pupil's; and what a pupil reads of it later should hold no solution.
"""

import os

SOLUTIONS = "LENPROTO_SOLUTIONS"
GRADING = "NBGRADER_EXECUTION"
OFF = "off"
# asked for once, when this is imported: what a notebook does to the environment later changes nothing
_graded = bool(os.environ.get(GRADING))


def is_graded():
    """Whether this notebook is run by nbgrader, to be graded or validated."""
    return _graded or bool(os.environ.get(GRADING))


def keeps_solutions_back():
    """Whether the course shows no solutions."""
    return os.environ.get(SOLUTIONS, "").lower() == OFF
