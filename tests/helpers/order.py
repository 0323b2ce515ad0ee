"""Who runs when: what takes longest begins first, and what shares a thing that is dear runs in one worker.

What is slow may be left out by who edits: pytest -m "not slow".

By itself a file is a group: its fixtures are made once, and the cells of a lesson run in their order.
A file of long tests that share nothing is cut into its tests, so that no worker is idle at the end.
"""

FIRST = ("tests/browser/", "tests/exercises/test_nbgrader.py", "tests/core/test_any_bytes.py")
SINGLE = ("tests/browser/", "tests/core/test_any_bytes.py", "tests/lessons/test_again.py")

SLOW = (
    "tests/browser/",  # JupyterLab and a browser
    "notebooks/",  # a kernel for each
    "tests/core/test_any_bytes.py",  # hundreds of conversations
    "tests/exercises/test_grade.py::test_a_cluster",  # a cluster
    "tests/exercises/test_nbgrader.py",  # a course
    "tests/exercises/test_verdict.py::test_the_same_text_in_twenty_runs",
    "tests/exercises/test_verdicts.py",  # four hundred submissions
    "tests/lab/test_shocks.py",  # a program for each shock
    "tests/lessons/test_again.py",
    "tests/lessons/test_exercise_files.py::test_lesson_",  # kernels
    "tests/project/test_habits.py::test_nothing_is_found_by[mypy]",
)


def arrange(items):
    """Sort the tests, and mark the slow ones."""
    items.sort(key=turn)
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")


def turn(item):
    """The turn of a test: that of the first beginning that fits. Those of the same turn keep their order."""
    turns = (number for number, begin in enumerate(FIRST) if item.nodeid.startswith(begin))
    return next(turns, len(FIRST))


def group(nodeid):
    """The name of the group to which a test belongs."""
    return nodeid if nodeid.startswith(SINGLE) else nodeid.partition("::")[0]


def scheduler(config, log):
    """Return what gives each worker one group after another."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group(nodeid)

    return Groups(config, log)
