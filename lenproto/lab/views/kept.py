"""A stage in a notebook's file: beside the live widget stands its conversation, recorded, for a page without a kernel.

Two outputs, and not one: of one output with both forms JupyterLab always takes the widget, and says "model not found"
where its kernel is gone; nbconvert takes the widget, too, where its state was saved, and fetches a player from another
host. ipywidgets' own state is saved only where somebody switches that on. recorded.css shows one of the two outputs.
"""

import contextlib
import itertools
import weakref
from typing import Any

from IPython import get_ipython
from IPython.display import display, update_display

from lenproto.lab.views import recorded
from lenproto.lab.views.page import TextForm

WIDGET = "application/vnd.jupyter.widget-view+json"
KEEP_S = 1.0  # without a press until the notebook gets what has happened
_numbers = itertools.count(1)  # of outputs, within this kernel
_shown: weakref.WeakSet[Any] = weakref.WeakSet()  # what stands on a page, and is not closed


class Kept(TextForm):
    """A widget whose recorded conversation is kept in the notebook's file, as it is after each cell.

    changed() says that there is something new to keep, keep() keeps it, forget() ends that.
    """

    _display_id = ""
    _text = ""  # its text form as it was when it was shown, which is the same however soon a page goes on
    _is_kept = True

    def _ipython_display_(self, **kwargs):
        self._display_id = self._display_id or f"lenproto-{id(self)}-{next(_numbers)}"
        self._text, self._is_kept = self.text(), True
        display(self._recorded(), raw=True, display_id=self._display_id)
        bundle = self._repr_mimebundle_(**kwargs)
        display(
            {WIDGET: bundle[WIDGET], "text/plain": ""} if WIDGET in bundle else bundle, raw=True
        )
        _shown.add(self)
        if shell := get_ipython():
            shell.events.register("post_run_cell", _keep_all)

    def changed(self):
        """The conversation is not what the notebook holds."""
        self._is_kept = False

    @property
    def keep_s(self):
        """In how many seconds to call keep(), unless something happens before; None if there is nothing to keep."""
        return None if self._is_kept or not self._display_id else KEEP_S

    def keep(self):
        """Put the conversation as it is now into the notebook, if it is shown in one, and has changed."""
        if self.keep_s:
            self._is_kept = True
            update_display(self._recorded(), raw=True, display_id=self._display_id)

    def forget(self):
        """Keep nothing more."""
        _shown.discard(self)
        self._display_id = ""

    def paused(self):
        """In `with view.paused():` the conversation stays as it is."""
        return contextlib.nullcontext()

    def _recorded(self):
        with self.paused():
            return {"text/html": recorded.as_output(self), "text/plain": self._text}


def shown():
    """Return all that stands on a page."""
    return [*_shown]


def _keep_all(_result=None):
    """A cell has run."""
    for view in shown():
        view.keep()
