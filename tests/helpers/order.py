"""Who runs when: what takes longest begins first, and what shares a thing that is dear runs in one worker.

What is slow may be left out by who edits: pytest -m "not slow".

By itself a file is a group: its fixtures are made once, and the cells of a lesson run in their order. The tests in
a browser compute all the time and share a JupyterLab, so one worker takes them, each a group; most others wait.
"""

import os

BROWSER = "tests/browser/"
POLITE = (
    5  # how much less of a busy processor a worker without a browser gets, in the system's terms
)
FIRST = (
    BROWSER,
    "tests/lab/test_shocks.py",
    "tests/exercises/test_verdicts.py",
    "tests/exercises/test_nbgrader.py",
    "tests/exercises/test_verdict.py",
    "tests/lessons/test_exercise_files.py",
    "tests/lab/test_expose.py",
    "notebooks/en/06_shocks.ipynb",
    "tests/exercises/test_judge.py",
    "tests/core/test_any_bytes.py",
    "tests/exercises/test_check_command.py",
    "tests/exercises/test_grade.py",
    "tests/project/test_habits.py",
    "notebooks/",
)
FEW = 6  # of the browser's tests, that are no reason to start another browser

SLOW = (
    BROWSER,  # JupyterLab and a browser
    "notebooks/",  # a kernel for each
    "tests/core/test_any_bytes.py",  # hundreds of conversations
    "tests/exercises/test_check_command.py::test_a_hanging_file_is_told_in_time",
    "tests/exercises/test_grade.py::test_a_cluster",  # a cluster
    "tests/exercises/test_grade.py::test_nothing_is_carried_over",
    # what never ends is given its seconds, and so are the unsafe ones
    "tests/exercises/test_judge.py::test_after_an_endless_loop_the_rest_is_skipped_not_failed",
    "tests/exercises/test_judge.py::test_an_error_in_a_thread_of_its_own",
    "tests/exercises/test_judge.py::test_an_unsafe_submission",
    "tests/exercises/test_judge.py::test_each_unsafe_submission",
    "tests/exercises/test_judge.py::test_what_is_no_submission",
    "tests/exercises/test_judge.py::test_what_does_not_load_in_time_fails_all_its_functions",
    "tests/exercises/test_live_watching.py",  # files that are written while one looks
    "tests/exercises/test_nbgrader.py",  # a course
    "tests/exercises/test_verdict.py::test_in_a_notebook_a_function_of_many_cells",
    "tests/exercises/test_verdict.py::test_the_same_text_in_twenty_runs",
    "tests/exercises/test_verdicts.py",  # four hundred submissions
    "tests/lab/test_expose.py",  # all shocks, again and again
    "tests/lab/test_shocks.py",  # a program for each shock
    "tests/lab/test_stage.py::test_a_flood_of_bytes_stays_readable",
    "tests/lab/test_trace.py::test_both_texts_are_the_same_fifty_times_on_a_busy_computer",
    "tests/lessons/test_again.py",
    "tests/lessons/test_hub.py",  # a hub, with servers
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
    return nodeid if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def next_group(waiting, in_browser):
    """Which of the waiting groups a worker takes, that has a browser or has none; None if it may end."""
    own = (name for name in waiting if name.startswith(BROWSER) == in_browser)
    if (found := next(own, None)) or in_browser:
        return found or next(iter(waiting))
    return next(iter(waiting)) if len(waiting) > FEW else None


def give_way(nodeid):
    """Let a worker whose first test is this one go behind the one with the browser, which is the last to end."""
    if not nodeid.startswith(BROWSER) and hasattr(os, "nice"):
        os.nice(POLITE)  # what it starts goes behind, too


def scheduler(config, log):
    """Return what gives each worker one group after another."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        browses = None  # the worker that has a browser

        def _split_scope(self, nodeid):
            return group(nodeid)

        def _assign_work_unit(self, node):
            self.browses = self.browses or node
            name = next_group(self.workqueue, node is self.browses)
            if name is None:
                node.shutdown()
                return
            self.workqueue.move_to_end(name, last=False)
            super()._assign_work_unit(node)

    return Groups(config, log)
