"""Every cell run twice, and the page again: without a browser. Where there is one, tests/browser does that."""

import nbformat
import pytest
from helpers.jupyter_page import find_browser
from helpers.lessons import PAGES, shown
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient

CELL_LIMIT_S = 30


@pytest.fixture(scope="module", autouse=True)
def event_loop():
    """The loop on which nbclient runs; it keeps it from one lesson to the next."""
    loop = ensure_event_loop()
    yield
    loop.close()


if not find_browser():

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
    def test_every_cell_may_be_run_twice_and_the_page_again(path):
        lesson = nbformat.read(path, as_version=4)
        where = {"metadata": {"path": str(path.parent)}}
        how = {"kernel_name": "python3", "coalesce_streams": True, "resources": where}
        client = NotebookClient(lesson, timeout=CELL_LIMIT_S, **how)
        code = [(n, cell) for n, cell in enumerate(lesson.cells) if cell.cell_type == "code"]
        kept = {cell.id: shown(cell.outputs) for _, cell in code}
        with client.setup_kernel():
            for number, cell in code:
                client.execute_cell(cell, number)
                client.execute_cell(cell, number)
            for number, cell in code:
                client.execute_cell(cell, number)
                assert shown(cell.outputs) == kept[cell.id], cell.source
