"""For all tests, and the lessons that pytest runs: nobody's own progress is touched, kernels find their ports."""

import os
import sys

import pytest
from helpers import order
from helpers.kernel_ports import choose_below_the_others
from helpers.places import NOTEBOOKS

from lenproto.lessons import shipped

os.environ["LENPROTO_PROGRESS"] = "off"
# Tests start hundreds of Pythons. Each would compile all anew where none may keep what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
choose_below_the_others()
# a language in which lessons are still missing is not offered to anybody, and has no outputs yet
collect_ignore = [
    f"notebooks/{folder.name}"
    for folder in NOTEBOOKS.iterdir()
    if folder.is_dir() and shipped.missing(folder.name)
]
_begun = []  # the first test of this process


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Let what takes longest begin first, and know what is slow."""
    order.arrange(items)


def pytest_collectstart(collector):
    """Let nbval compare all but the conversations of stages, which later cells go on with."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("text/html",)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid):
    """Let one worker of several (of pytest-xdist) go behind another: its first test tells which."""
    if "PYTEST_XDIST_WORKER" in os.environ and not _begun:
        _begun.append(nodeid)
        order.give_way(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each worker (of pytest-xdist) whole groups of tests."""
    return order.scheduler(config, log)
