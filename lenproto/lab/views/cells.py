"""Which view belongs to which cell of a notebook: running a cell again closes what it made before."""

import contextlib
import threading
from typing import Any

from IPython import get_ipython

# cell → (which run of it, the views that it made)
_made: dict[str, tuple[str, list[Any]]] = {}
_here = threading.local()


def replace_earlier(view):
    """Close the views that an earlier run of the running cell made, and remember this one."""
    if getattr(_here, "within_another", False):
        return
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    if not parent:  # no notebook
        return
    cell = parent.get("metadata", {}).get("cellId") or parent["content"].get("code")
    run, views = _made.get(cell, (None, []))
    if run != parent["header"]["msg_id"]:
        for earlier in views:
            earlier.close()
        views = []
    _made[cell] = parent["header"]["msg_id"], [*views, view]


@contextlib.contextmanager
def within_another():
    """Views that are made in here are parts of another one, which closes them: they belong to no cell."""
    _here.within_another = True
    try:
        yield
    finally:
        _here.within_another = False
