"""The lessons: all pages, what is seen of them, and lessons 7 and 8 with functions written into their boxes."""

import json

import nbformat

from helpers.places import NOTEBOOKS
from lenproto.exercises.functions import source_of

PAGES = sorted((NOTEBOOKS / "en").glob("*.ipynb"))
LESSONS = [
    NOTEBOOKS / "en" / name for name in ("07_build_the_server.ipynb", "08_build_the_client.ipynb")
]
RECORDED = "lenproto-recorded"  # in the HTML of a conversation that is kept


def recordings(cells):
    """The HTML of each conversation that is kept in these cells, in order."""
    shown_in = [
        _text(output.get("data", {}).get("text/html", ""))
        for cell in cells
        for output in cell.get("outputs", [])
    ]
    return [each for each in shown_in if RECORDED in each]


def stub(name):
    """The box of a function as a learner gets it."""
    return source_of(name, "stub").rstrip("\n")


def solution(name):
    """The same box with the reference solution."""
    return source_of(name, "solution").rstrip("\n")


def graft(path, functions):
    """Return the notebook at path with these sources in the place of the stubs."""
    lesson = nbformat.read(path, as_version=4)
    for name, source in functions.items():
        for cell in lesson.cells:
            if cell.cell_type == "code" and cell.source == stub(name):
                cell.source = source.strip("\n")
    return lesson


def shown(outputs):
    """What a reader sees of a cell's outputs, without the ids of widgets, and what later cells make of its stages."""
    texts = []
    for output in outputs:
        if output["output_type"] == "stream":
            texts.append((output["name"], _text(output["text"])))
        else:
            data = output.get("data", {}).items()
            said = {
                kind: _text(each)
                for kind, each in data
                if "widget-view" not in kind and RECORDED not in _text(each)
            }
            told = json.dumps(said or output.get("evalue"), ensure_ascii=False, sort_keys=True)
            texts.append((output["output_type"], told))
    return texts


def _text(lines):
    """A text, which a notebook may also hold as a list of lines."""
    return "".join(lines) if isinstance(lines, list) else lines
