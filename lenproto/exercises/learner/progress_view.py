"""Progress on the page: what of the exercises is green, and a button that forgets it."""

import html

import ipywidgets

from lenproto.exercises.functions import FUNCTIONS, LESSON_OF, STEPS
from lenproto.exercises.learner import progress
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.page import TextForm, joined, page
from lenproto.words import say

LESSONS = {
    "build-the-server": ("initial_listen", "check_client", "serve_requests"),
    "build-the-client": ("initial_contact", "send_requests"),
}
HEADS = ("lesson", "function", "spec", "shock", "tries", "last")
STEP_HEADS = ("lesson", "pass", "steps")
STYLE = """<style>
.lenproto table.progress { border-collapse: collapse; line-height: 1.5; }
.lenproto table.progress :is(th, td) { font-size: 1em; padding: 2px 1.6em 2px 4px;
  border-bottom: 1px solid var(--jp-border-color2, #ccc); }
.lenproto table.progress :is(tr, tr:hover) { background: none; }
.lenproto table.progress .good { font-weight: 700; color: #00704f; }
[data-jp-theme-light="false"] .lenproto table.progress .good { color: #35c99b; }
</style>"""


class Progress(TextForm, ipywidgets.VBox):
    """Which steps and functions have passed, at which level, and after how many honest tries. forget() forgets it."""

    def __init__(self):
        replace_earlier(self)
        self._table, self._said = ipywidgets.HTML(), ipywidgets.HTML()
        self._again = self._button("look-again", self.look)
        self._forget = self._button("forget", self._asked)
        self._keep = self._button("keep", self.look)
        super().__init__(
            [self._table, ipywidgets.HBox([self._again, self._forget, self._keep]), self._said]
        )
        self.look()

    def look(self, said=""):
        """Show what is kept now."""
        self._records, trouble = progress.recorded()
        sentences = filter(None, [self._count(), said, trouble])
        self._sentence = joined(sentences, "progress.then")
        self._table.value = STYLE + page(
            _table(STEP_HEADS, self._steps()) + _table(HEADS, self._rows())
        )
        self._ask(False)

    def forget(self):
        """Forget all progress."""
        self.look(progress.forget() or say("progress.forgotten"))

    def text(self):
        """The tables in characters."""
        steps, functions = _in_columns(STEP_HEADS, self._steps()), _in_columns(HEADS, self._rows())
        return "\n".join([*steps, "", *functions, "", self._count()])

    def _asked(self):
        """The first click asks, the second one forgets."""
        if self._asks:
            self.forget()
        else:
            self._ask(True)

    def _ask(self, sure):
        self._asks = sure
        self._forget.description = say("progress.sure" if sure else "progress.forget")
        self._forget.button_style = "danger" if sure else ""
        self._keep.layout.display = "" if sure else "none"
        said = say("progress.are-you-sure") if sure else self._sentence
        self._said.value = page(f'<div role="status">{html.escape(said)}</div>')

    def _count(self):
        """What the tables come to, in two sentences."""
        if not any(record.tried for record in self._records.values()):
            return say("progress.nothing-yet")
        sentences = [
            say(f"progress.count-of-{what}", green=self._green(names), n=len(names))
            for what, names in (("steps", LESSON_OF), ("functions", FUNCTIONS))
        ]
        return joined(sentences, "progress.then")

    def _green(self, names):
        return sum(self._records[name].passed for name in names)

    def _steps(self):
        """A row for each lesson with steps: how many pass, and each of them with its mark."""
        return [
            (
                say(f"progress.{lesson}"),
                say("progress.of-steps", green=self._green(steps), n=len(steps)),
                "  ".join(f"{'✓' if self._records[step].passed else '·'} {step}" for step in steps),
            )
            for lesson, steps in STEPS.items()
        ]

    def _rows(self):
        """The cells of the table: texts, and whether a level has passed."""
        rows = []
        for key, names in LESSONS.items():
            lesson = say(f"progress.{key}")
            for name in names:
                record = self._records[name]
                tries = str(len(record.tried))
                rows.append((lesson, name, record.spec, record.shock, tries, record.last))
                lesson = ""
        return rows

    @staticmethod
    def _button(key, action):
        button = ipywidgets.Button(description=say(f"progress.{key}"), layout={"width": "auto"})
        button.on_click(lambda _: action())
        return button


def _heads(names):
    return tuple(say(f"progress.head.{name}") for name in names)


def _in_columns(heads, rows):
    """The lines of a table in characters."""
    rows = [_heads(heads), *(tuple(map(_said, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _said(cell):
    """A cell as a text."""
    return cell if isinstance(cell, str) else say("progress.pass" if cell else "progress.open")


def _table(names, rows):
    """The same as HTML."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in _heads(names))
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<table class="progress"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _cell(cell):
    kind = ' class="good"' if cell is True else ""
    return f"<td{kind}>{html.escape(_said(cell))}</td>"
