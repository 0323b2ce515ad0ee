"""Every order of the steps of two programs as a list; a button puts one on a stage below it."""

import html
import queue
import threading

import ipywidgets

from lenproto.lab.program import LabError
from lenproto.lab.views.cells import replace_earlier, within_another
from lenproto.lab.views.page import TextForm, mirrored, page
from lenproto.lab.views.stage import StageView
from lenproto.words import say

LISTED = 60  # orders, those that go wrong first; nobody reads more
STYLE = """<style>
.lenproto .order { display: flex; gap: 1.2em; align-items: baseline; line-height: 1.4; }
.lenproto .order code { overflow-wrap: anywhere; }
.lenproto .order b { flex: 0 0 9em; }
.lenproto .order .wrong { color: #b34700; }
[data-jp-theme-light="false"] .lenproto .order .wrong { color: #ff9d57; }
</style>"""


class OrdersView(TextForm, ipywidgets.VBox):
    """The orders that orders(client, server) has found, each with a button: OrdersView(found).

    put_on_stage(number) is what a button does, numbers counting from 1 as in the list; stage is the StageView
    that shows one, None before. Close the view when it is not needed any more; running its cell again
    closes it, too.
    """

    stage = None

    def __init__(self, found):
        replace_earlier(self)
        self.found = found
        self._wanted, self._closed = queue.Queue(), False
        self._trouble = ipywidgets.HTML()
        self._below = ipywidgets.VBox()
        self._buttons = {}
        said = "".join(f"<p>{html.escape(line)}</p>" for line in found.told())
        head = ipywidgets.HTML(STYLE + page(said))
        rows = [self._row(number, order) for number, order in enumerate(found[:LISTED], 1)]
        left = [ipywidgets.HTML(page(html.escape(self._others())))] * (len(found) > LISTED)
        super().__init__([head, *rows, *left, self._trouble, self._below])
        mirrored(self)
        self._worker = threading.Thread(target=self._work, name="orders view", daemon=True)
        self._worker.start()

    def put_on_stage(self, number):
        """Show an order on a stage, played up to where all is decided; return the StageView. LabError if it is none."""
        if self._closed:
            raise LabError(say("views.stage.closed"))
        if not 1 <= number <= len(self.found):
            raise LabError(say("orders.no-order", number=number, n=len(self.found)))
        found = self.found
        # what stood there is closed first: two stages with one text are hard to tell apart
        self._close_stage()
        with within_another():
            order = found[number - 1]
            self.stage = StageView(found.client, found.server, found.typed, played=order)
        self._below.children = [self.stage]
        for each, button in self._buttons.items():
            button.button_style = "primary" if each == number else ""
        return self.stage

    def close(self):
        """Close the stage and the view."""
        if not self._closed:
            self._closed = True
            self._wanted.put(None)
            if threading.current_thread() is not self._worker:
                self._worker.join()
            self._close_stage()
        super().close()

    def text(self):
        """How many there are, how they end, and the first of them."""
        return str(self.found)

    def _row(self, number, order):
        words = say("orders.show", number=number)
        button = ipywidgets.Button(
            description=words,
            tooltip=say("orders.show-help", number=number, keys=order.keys, ending=order.label),
            layout={"width": "auto", "flex": "0 0 auto"},
        )
        button.on_click(lambda _: self._wanted.put(number))
        self._buttons[number] = button
        mark = ' class="wrong"' if order.goes_wrong else ""
        label, keys = html.escape(order.label), html.escape(order.keys)
        told = f'<div class="order"><b{mark}>{label}</b><code dir="ltr">{keys}</code></div>'
        row = [button, ipywidgets.HTML(page(told), layout={"flex": "1 1 0"})]
        return ipywidgets.HBox(row, layout={"align_items": "center", "grid_gap": "0.8em"})

    def _others(self):
        return say("orders.others", n=len(self.found) - LISTED)

    def _close_stage(self):
        if self.stage:
            self._below.children = []
            self.stage.close()
            self.stage = None

    def _work(self):
        """The life of the thread that opens stages: a click may never freeze the page."""
        while (number := self._wanted.get()) is not None:
            if not self._wanted.empty():  # another button was pressed meanwhile
                continue
            try:
                self.put_on_stage(number)
                self._trouble.value = ""
            except Exception as error:  # whatever it is, the next button has to be heard
                said = str(error) if isinstance(error, LabError) else repr(error)
                self._trouble.value = page(f'<p role="alert">{html.escape(said)}</p>')
