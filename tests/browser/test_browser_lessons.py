"""Each lesson in a browser, as a pupil sees it: run, look at every widget, run again."""

import pytest
from helpers.places import NOTEBOOKS

LESSONS = sorted(
    path.relative_to(NOTEBOOKS).as_posix() for path in (NOTEBOOKS / "en").glob("*.ipynb")
)


@pytest.mark.parametrize("path", LESSONS)
def test_lesson_runs_twice_and_every_widget_is_seen(notebook, path):
    lesson = notebook(path)
    for _ in range(2):
        lesson.run_all()
        assert lesson.errors() == []
        assert lesson.missing_widgets() == []
        assert lesson.exceptions == []
    lesson.screenshots_of_widgets(path.split("/")[-1].removesuffix(".ipynb"))
    code = [cell for cell in lesson.cells() if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code if cell["source"])
