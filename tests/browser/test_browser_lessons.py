"""Each lesson in a browser, as a pupil sees it: run, look at every widget; run again where one is of a new kind."""

import re

import nbformat
import pytest
from helpers.lessons import PAGES, shown

from lenproto.lab import views

THEMES = ("light", "dark")  # one half of the lessons each: to change it takes a second

LONG = {
    "06_shocks": "table.run()\nprint(table)"
}  # gives all shocks: run once, it takes as long as all else


def code_of(path):
    """All code of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


# a page without widgets looks the same wherever it is run: nbval runs it
WITH_WIDGETS = [path for path in PAGES if "lenproto.lab.views" in path.read_text("utf-8")]
WIDGET = re.compile(rf"\b({'|'.join(views.__all__)})\(")
KINDS = {path: frozenset(WIDGET.findall(code_of(path))) for path in WITH_WIDGETS}
# run again where a kind of widget stands that no lesson before has: what one run leaves is the same for a kind
AGAIN = [
    path
    for number, path in enumerate(WITH_WIDGETS)
    if KINDS[path] - frozenset().union(*(KINDS[each] for each in WITH_WIDGETS[:number]))
]


def test_every_kind_of_widget_is_run_twice():
    twice = frozenset().union(*(KINDS[path] for path in AGAIN))
    assert twice == frozenset().union(*KINDS.values()) and len(twice) > 6
    assert len(AGAIN) >= 4


@pytest.mark.parametrize("path", WITH_WIDGETS, ids=lambda path: path.stem)
def test_lesson_runs_and_every_widget_is_seen_where_one_is_new_twice(notebook, path):
    kept = [shown(cell.get("outputs", ())) for cell in nbformat.read(path, as_version=4).cells]
    theme = THEMES[PAGES.index(path) * len(THEMES) // len(PAGES)]
    lesson = notebook(f"{path.parent.name}/{path.name}", theme=theme)
    for first in (True, False)[: 1 + (path in AGAIN)]:
        if first or path.stem not in LONG:
            lesson.run_all()
        else:
            lesson.run_all_but(LONG[path.stem])
        assert lesson.errors() == []
        assert lesson.missing_widgets() == []
        assert lesson.exceptions == []
        cells = lesson.cells()
        for cell, before in zip(cells, kept, strict=True):
            assert shown(cell.get("outputs", ())) == before, cell["source"]
    lesson.screenshots_of_widgets(path.stem)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code if cell["source"])
