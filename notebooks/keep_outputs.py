"""Runs lessons from top to bottom and keeps their outputs: python notebooks/keep_outputs.py [LESSON.ipynb ...]

Run it after changing a lesson, or anything that a lesson shows. What differs from run to run is
left out: times, kernel details, and the ids of widgets, whose text form stays in their place.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
CELL_LIMIT_S = 60

os.environ["LENPROTO_PROGRESS"] = "off"  # what is kept is the same for everybody


def keep_outputs(path):
    """Run one lesson and write it back with its outputs. Raises CellExecutionError if a cell fails."""
    lesson = nbformat.read(path, as_version=4)
    NotebookClient(
        lesson,
        timeout=CELL_LIMIT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    ).execute()
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
    nbformat.write(lesson, path)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(HERE.glob("*/*.ipynb"))):
        print(path.name, end=" ", flush=True)
        keep_outputs(path)
        print("kept")
