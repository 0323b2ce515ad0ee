"""Runs lessons from top to bottom and keeps their outputs: python notebooks/keep_outputs.py [LESSON.ipynb ...]

Run it after changing a lesson, or anything that a lesson shows. What differs from run to run is
left out: times, kernel details, and the ids of widgets, whose text form stays in their place. A stage's conversation
stays, too, played to its end: so a page without a kernel can be played, too.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from lenproto.lab.views.recorded import PLAYER, TEXT, TOLD, conversation

HERE = Path(__file__).parent
CELL_LIMIT_S = 60

os.environ["LENPROTO_PROGRESS"] = "off"  # what is kept is the same for everybody
# What a stage has not played by the end of the lesson is played then, so that its page can be played without a kernel.
TO_THE_END = """from lenproto.lab.views import kept
for view in kept.shown():
    if view.live:
        view.stage.run()"""


def keep_outputs(path):
    """Run one lesson and write it back with its outputs. Raises CellExecutionError if a cell fails."""
    lesson = nbformat.read(path, as_version=4)
    before = {cell.id: recordings(cell) for cell in lesson.cells}
    lesson.cells.append(nbformat.v4.new_code_cell(TO_THE_END))
    NotebookClient(
        lesson,
        timeout=CELL_LIMIT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    ).execute()
    lesson.cells.pop()
    lesson.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python", "file_extension": ".py"},
    }
    for cell in lesson.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        for data, earlier in zip(recordings(cell), before[cell.id], strict=False):
            keep_order(data, earlier["text/html"])
    keep_one_player(lesson)
    nbformat.write(lesson, path)


def recordings(cell):
    """The forms of each output of a cell that plays a stage's conversation."""
    outputs = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [data for data in outputs if TOLD.search(data.get("text/html", ""))]


def keep_order(data, earlier):
    """Where threads race, each order of the same calls is right: the one that was kept stays."""
    if calls(data["text/html"]) == calls(earlier):
        for part in (TOLD, TEXT):
            kept = part.search(earlier)[0]
            data["text/html"] = part.sub(lambda _, kept=kept: kept, data["text/html"])


def calls(html):
    """What was called and came of it, in no order, and whatever else the message says."""
    told = conversation(html)
    rungs = sorted(
        [rung[name] for name in ("actor", "text", "line", "result")] for rung in told["rungs"]
    )
    return rungs, told["sources"], sorted(told), [sorted(rung) for rung in told["rungs"][:1]]


def keep_one_player(lesson):
    """Leave the stage's module, which plays the recorded conversations of a page, in the first of them alone."""
    for data in [data for cell in lesson.cells for data in recordings(cell)][1:]:
        data["text/html"] = PLAYER.sub("", data["text/html"])


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(HERE.glob("*/*.ipynb"))):
        print(path.name, end=" ", flush=True)
        keep_outputs(path)
        print("kept")
