"""Each lesson in a browser, as a pupil sees it: run, look at every widget, run again."""

import nbformat
import pytest
from helpers.lessons import PAGES, shown

THEMES = ("light", "dark")  # one half of the lessons each: to change it takes a second

LONG = {
    "06_shocks": "table.run()\nprint(table)"
}  # gives all shocks: run once, it takes as long as all else


# a page without widgets looks the same wherever it is run: nbval runs it
WITH_WIDGETS = [path for path in PAGES if "lenproto.lab.views" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_WIDGETS, ids=lambda path: path.stem)
def test_lesson_runs_twice_and_every_widget_is_seen(notebook, path):
    kept = [shown(cell.get("outputs", ())) for cell in nbformat.read(path, as_version=4).cells]
    theme = THEMES[PAGES.index(path) * len(THEMES) // len(PAGES)]
    lesson = notebook(f"{path.parent.name}/{path.name}", theme=theme)
    for first in (True, False):
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
