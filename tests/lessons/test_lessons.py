"""The lessons as a person uses them: cells run twice, a whole page run again. (nbval tests that outputs are true.)"""

import ast
import json
import re

import nbformat
import pytest
from helpers.places import NOTEBOOKS
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient

PAGES = sorted((NOTEBOOKS / "en").glob("*.ipynb"))
LESSONS = [path for path in PAGES if path.match("[0-9][0-9]_*")]  # the others are for teachers
CELL_LIMIT_S = 30
LONGEST_CELL = 15  # lines

pages = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@pytest.fixture(scope="module", autouse=True)
def event_loop():
    """The loop on which nbclient runs; it keeps it from one lesson to the next."""
    loop = ensure_event_loop()
    yield
    loop.close()


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def shown(outputs):
    """What a reader sees of a cell's outputs, without the ids of widgets."""
    texts = []
    for output in outputs:
        if output.output_type == "stream":
            texts.append((output.name, output.text))
        else:
            data = {
                kind: text
                for kind, text in output.get("data", {}).items()
                if "widget-view" not in kind
            }
            texts.append(
                (
                    output.output_type,
                    json.dumps(data or output.get("evalue"), ensure_ascii=False, sort_keys=True),
                )
            )
    return texts


def says_something(tree):
    """Whether a cell prints (outside of the functions that it defines), or ends in a value to show."""
    statements = [
        statement for statement in tree.body if not isinstance(statement, ast.FunctionDef)
    ]
    calls = [
        node.func
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]
    names = {getattr(call, "id", None) or getattr(call, "attr", None) for call in calls}
    ends_in_value = isinstance(tree.body[-1], ast.Expr) and isinstance(
        tree.body[-1].value, ast.Name
    )
    return (
        bool(
            names
            & {
                "print",
                "show",
                "settle",
                "check",
                "points",
                "solution",
                "Addresses",
                "Replay",
                "Shocks",
                "ShockTable",
                "StageView",
            }
        )
        or ends_in_value
    )


def test_there_are_lessons():
    assert [path.stem[:2] for path in LESSONS][:9] == [
        "00",
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "07",
        "08",
    ]
    assert [path.stem for path in PAGES if path not in LESSONS] == ["live_walkthrough"]


@pages
def test_every_cell_may_be_run_twice_and_the_page_again(path):
    lesson = nbformat.read(path, as_version=4)
    client = NotebookClient(
        lesson,
        timeout=CELL_LIMIT_S,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    kept = {cell.id: shown(cell.outputs) for cell in code_cells(path)}
    with client.setup_kernel():
        for number, cell in enumerate(lesson.cells):
            for _ in range(2 if cell.cell_type == "code" else 0):
                client.execute_cell(cell, number)
        for number, cell in enumerate(lesson.cells):
            if cell.cell_type == "code":
                client.execute_cell(cell, number)
                assert shown(cell.outputs) == kept[cell.id], cell.source


@pages
def test_cells_that_print_have_kept_outputs(path):
    """nbval compares nothing where nothing is kept."""
    for cell in code_cells(path):
        if says_something(ast.parse(cell.source)):
            assert cell.outputs, f"cell {cell.id} prints, and nothing is kept:\n{cell.source}"


@pages
def test_kept_outputs_are_the_same_for_everybody(path):
    text = path.read_text(encoding="utf-8")
    assert "widget-view" not in text, "the id of a widget: run notebooks/keep_outputs.py"
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            said = json.dumps(output, ensure_ascii=False)
            assert not re.search(r"127\.0\.0\.1[: ,\"\\)]+\d{4,5}\b", said), (
                f"a port in cell {cell.id}: {said}"
            )
            assert not re.search(r"0x[0-9a-f]{6,}", said), (
                f"an address of memory in cell {cell.id}: {said}"
            )


@lessons
def test_lesson_has_the_shape_of_a_lesson(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for part in (
        "**After this lesson**",
        "**You need**",
        "**Time**",
        "### Predict",
        "### Run",
        "### Explain",
        "## Change it",
        "## Make your own",
        "## What can go wrong",
        "## Words learnt",
    ):
        assert part in prose, part
    assert 25 <= len(cells) <= 60


@pages
def test_no_cell_is_longer_than_a_screen_allows_and_each_has_an_id_of_its_own(path):
    cells = nbformat.read(path, as_version=4).cells
    assert max(len(cell.source.splitlines()) for cell in code_cells(path)) <= LONGEST_CELL
    assert len({cell.id for cell in cells}) == len(cells)


@lessons
def test_every_prediction_has_a_name_of_its_own(path):
    """So that a person who comes back to an early one is not judged by a later one's answers."""
    made = re.findall(
        r"^(\w+) = Prediction\(", "\n".join(cell.source for cell in code_cells(path)), re.MULTILINE
    )
    assert made
    assert len(set(made)) == len(made)


@pages
def test_links_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link
