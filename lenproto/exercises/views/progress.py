"""Progress on the page: what of the exercises is green, and a button that forgets it."""

import html

import ipywidgets

from lenproto.exercises import progress
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.page import TextForm, page

LESSONS = {
    "7 · Build the server": ("initial_listen", "check_client", "serve_requests"),
    "8 · Build the client": ("initial_contact", "send_requests"),
}
HEADS = ("lesson", "function", "spec", "shock", "tries", "last")
PASSED, OPEN = "✓ pass", "· open"
FORGET, SURE = "Forget my progress", "Yes, forget all of it"
STYLE = """<style>
.lenproto table.progress { border-collapse: collapse; line-height: 1.5; }
.lenproto table.progress :is(th, td) { font-size: 1em; padding: 2px 1.6em 2px 4px;
  border-bottom: 1px solid var(--jp-border-color2, #ccc); }
.lenproto table.progress :is(tr, tr:hover) { background: none; }
.lenproto table.progress .good { font-weight: 700; color: #00704f; }
[data-jp-theme-light="false"] .lenproto table.progress .good { color: #35c99b; }
</style>"""


class Progress(TextForm, ipywidgets.VBox):
    """Which of the five functions have passed, at which level, and after how many honest tries. forget() forgets it."""

    def __init__(self):
        replace_earlier(self)
        self._table, self._said = ipywidgets.HTML(), ipywidgets.HTML()
        self._again = self._button("Look again", self.look)
        self._forget = self._button(FORGET, self._asked)
        self._keep = self._button("No, keep it", self.look)
        super().__init__(
            [self._table, ipywidgets.HBox([self._again, self._forget, self._keep]), self._said]
        )
        self.look()

    def look(self, said=""):
        """Show what is kept now."""
        self._records, trouble = progress.recorded()
        self._sentence = " ".join(filter(None, [self._count(), said, trouble]))
        self._table.value = STYLE + page(_table(self._rows()))
        self._ask(False)

    def forget(self):
        """Forget all progress."""
        self.look(progress.forget() or "All is forgotten.")

    def text(self):
        """The table in characters."""
        rows = [HEADS, *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
        lines = [
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, "", self._count()])

    def _asked(self):
        """The first click asks, the second one forgets."""
        if self._forget.description == SURE:
            self.forget()
        else:
            self._ask(True)

    def _ask(self, sure):
        self._forget.description, self._forget.button_style = (
            (SURE, "danger") if sure else (FORGET, "")
        )
        self._keep.layout.display = "" if sure else "none"
        said = "This cannot be undone. Are you sure?" if sure else self._sentence
        self._said.value = page(f'<div role="status">{html.escape(said)}</div>')

    def _count(self):
        """What the table comes to, in a sentence."""
        green = sum(record.passed for record in self._records.values())
        if not any(record.tried for record in self._records.values()):
            return "Nothing is recorded yet."
        return f"{green} of {len(self._records)} functions pass at both levels."

    def _rows(self):
        """The cells of the table, as texts."""
        rows = []
        for lesson, names in LESSONS.items():
            for name in names:
                record = self._records[name]
                marks = [PASSED if passed else OPEN for passed in (record.spec, record.shock)]
                rows.append((lesson, name, *marks, str(len(record.tried)), record.last))
                lesson = ""
        return rows

    @staticmethod
    def _button(words, action):
        button = ipywidgets.Button(description=words, layout={"width": "auto"})
        button.on_click(lambda _: action())
        return button


def _table(rows):
    """The same as HTML."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<table class="progress"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _cell(text):
    kind = ' class="good"' if text == PASSED else ""
    return f"<td{kind}>{html.escape(text)}</td>"
