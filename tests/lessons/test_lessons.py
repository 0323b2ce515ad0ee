"""The shape of the lessons, and what is kept in them. (They are run by nbval, by test_again, and in a browser.)"""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers.lessons import PAGES, recordings
from helpers.places import NOTEBOOKS
from nbconvert import ScriptExporter

from lenproto.lab.views.recorded import PLAYER, TOLD, conversation

LESSONS = [path for path in PAGES if path.match("[0-9][0-9]_*")]  # the others are for teachers
LONGEST_CELL = 15  # lines
LIMIT_S = 300  # of a run of one lesson
SPEAKING = {
    *("print", "show", "settle", "check", "points", "solution"),
    *("Addresses", "Chart", "OrdersView", "Replay", "Shocks", "ShockTable", "StageView"),
}  # what a cell that shows something calls

pages = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def says_something(tree):
    """Whether a cell prints (outside of the functions that it defines), or ends in a value to show."""
    outside = [each for each in tree.body if not isinstance(each, ast.FunctionDef)]
    nodes = [node for statement in outside for node in ast.walk(statement)]
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    names = {getattr(call, "id", None) or getattr(call, "attr", None) for call in calls}
    last = tree.body[-1]
    ends_in_value = isinstance(last, ast.Expr) and isinstance(last.value, ast.Name)
    return bool(names & SPEAKING) or ends_in_value


def test_there_are_lessons():
    assert [path.stem[:2] for path in LESSONS][:10] == [f"{number:02}" for number in range(10)]
    others = [path.stem for path in PAGES if path not in LESSONS]
    assert others == ["live_walkthrough", "python_you_meet_here"]


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
            told = [*map(conversation, recordings([{"outputs": [output]}]))]
            said = json.dumps([packed_away(output), told], ensure_ascii=False)
            assert not re.search(r"127\.0\.0\.1[: ,\"\\)]+\d{4,5}\b", said), (
                f"a port in cell {cell.id}: {said}"
            )
            assert not re.search(r"0x[0-9a-f]{6,}", said), (
                f"an address of memory in cell {cell.id}: {said}"
            )


def packed_away(output):
    """An output without what is packed: there letters mean nothing."""
    return {
        **output,
        "data": {kind: TOLD.sub("", each) for kind, each in output.get("data", {}).items()},
    }


@pages
def test_each_stage_that_is_kept_has_a_conversation_to_play_and_one_of_them_the_player(path):
    kept = recordings(code_cells(path))
    for html in kept:
        told = conversation(html)
        assert told["rungs"]
        assert told["sources"]["client"][0]["text"]
        assert not any("/" in rung["file"] for rung in told["rungs"]), "a path of this computer"
    assert [bool(PLAYER.search(html)) for html in kept] == [
        number == 0 for number in range(len(kept))
    ]


def test_what_is_kept_of_the_stages_is_what_they_play(tmp_path):
    """A run of one lesson, the stages of which stop in many ways. All others are kept by the same program."""
    path = NOTEBOOKS / "en" / "02_handshake.ipynb"
    again = shutil.copy(path, tmp_path)
    subprocess.run(
        [sys.executable, NOTEBOOKS / "keep_outputs.py", again], check=True, timeout=LIMIT_S
    )
    kept, played = (
        [conversation(html) for html in recordings(code_cells(each))]
        for each in (path, Path(again))
    )
    assert len(kept) > 3
    assert played == kept, "run notebooks/keep_outputs.py"


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
    assert 25 <= len(cells) <= 80


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


@pages
def test_it_becomes_a_python_file(path):
    """jupyter nbconvert --to script looks there for the file's ending."""
    metadata = nbformat.read(path, as_version=4).metadata
    assert metadata.language_info == {"name": "python", "file_extension": ".py"}
    assert ScriptExporter().from_filename(str(path), resources={})[1]["output_extension"] == ".py"
